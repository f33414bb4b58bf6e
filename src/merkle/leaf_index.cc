#include "merkle/leaf_index.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"
#include "merkle/boundary.h"

namespace starling::merkle {

// A node of height h: its children begin at boundaries of level h or above. The children of the
// nodes of height 0 are the leaves. Invariant: no node is without a child.
struct LeafIndex::Node {
  std::vector<Child> children;

  std::size_t index_of(core::BytesView key) const;
};

struct LeafIndex::Child : Run {
  std::unique_ptr<Node> below;  // None: a leaf.
};

namespace {

constexpr int root_height = core::limits::tree_levels - 1;

std::size_t heap_bytes(const core::Bytes& bytes) {
  return bytes.capacity() < sizeof(core::Bytes) / 2 ? 0 : bytes.capacity() + 1 + 2 * sizeof(void*);
}

}

std::size_t LeafIndex::Node::index_of(core::BytesView key) const {
  // The first child holds all that lies below the second.
  const auto above = std::upper_bound(
      children.begin() + 1, children.end(), key,
      [](core::BytesView sought, const Child& child) { return sought < child.begin; });
  return static_cast<std::size_t>(above - children.begin()) - 1;
}

LeafIndex::LeafIndex() {
  const auto first = [](std::unique_ptr<Node> below) {
    auto node = std::make_unique<Node>();
    node->children.push_back(
        {{core::Bytes{core::users_begin}, 0, no_boundary, {}}, std::move(below)});
    return node;
  };
  for (int height = 0; height <= root_height; ++height) root_ = first(std::move(root_));
}

LeafIndex::~LeafIndex() = default;

void LeafIndex::add(core::BytesView key, const Summary& delta) {
  total_ += delta;
  for (auto* node = root_.get(); node != nullptr;) {
    auto& child = node->children[node->index_of(key)];
    child.summary += delta;
    node = child.below.get();
  }
}

void LeafIndex::split(core::BytesView boundary, std::uint64_t key_hash, const Summary& right) {
  const int level = boundary_level(key_hash);
  STARLING_ASSERT(level != no_boundary);
  struct Step {
    Node* node;
    std::size_t index;
  };
  std::array<Step, root_height + 1> path;  // By height.
  auto* node = root_.get();
  for (auto step = path.rbegin(); step != path.rend(); ++step) {
    *step = {node, node->index_of(boundary)};
    node = node->children[step->index].below.get();
  }
  STARLING_ASSERT(path[0].node->children[path[0].index].begin != boundary);

  auto moved = right;
  std::unique_ptr<Node> below;
  for (std::size_t height = 0; height <= static_cast<std::size_t>(level); ++height) {
    auto& children = path[height].node->children;
    const auto after = static_cast<std::ptrdiff_t>(path[height].index) + 1;
    children[path[height].index].summary -= moved;
    children.insert(
        children.begin() + after,
        Child{{core::Bytes{boundary}, static_cast<std::uint32_t>(key_hash), level, moved},
              std::move(below)});
    if (height == static_cast<std::size_t>(level)) break;
    // The boundary begins the branch above as well: its children go to a branch of their own.
    below = std::make_unique<Node>();
    below->children.assign(std::move_iterator{children.begin() + after},
                           std::move_iterator{children.end()});
    children.erase(children.begin() + after, children.end());
    moved = {};
    for (const auto& child : below->children) moved += child.summary;
  }
  ++leaves_;
}

void LeafIndex::join(core::BytesView boundary) {
  STARLING_ASSERT(has_leaf_at(boundary));
  STARLING_ASSERT(boundary != core::users_begin);
  // From above: once the branches are joined, the leaf and what lies before it are neighbours.
  for (auto* node = root_.get(); node != nullptr;) {
    auto& children = node->children;
    const auto index = node->index_of(boundary);
    if (children[index].begin != boundary) {
      node = children[index].below.get();
      continue;
    }
    auto& before = children[index - 1];
    auto& joining = children[index];
    before.summary += joining.summary;
    if (joining.below) {
      std::ranges::move(joining.below->children, std::back_inserter(before.below->children));
    }
    node = before.below.get();
    children.erase(children.begin() + static_cast<std::ptrdiff_t>(index));
  }
  --leaves_;
}

std::size_t LeafIndex::bytes_of(const Node& node) {
  auto bytes = sizeof(Node) + node.children.capacity() * sizeof(Child) + 4 * sizeof(void*);
  for (const auto& child : node.children) {
    bytes += heap_bytes(child.begin);
    if (child.below) bytes += bytes_of(*child.below);
  }
  return bytes;
}

std::size_t LeafIndex::bytes() const { return bytes_of(*root_); }

core::Range LeafIndex::leaf_of(core::BytesView key) const {
  core::BytesView end = core::users_end;
  core::BytesView begin;
  for (const auto* node = root_.get(); node != nullptr;) {
    const auto index = node->index_of(key);
    if (index + 1 < node->children.size()) end = node->children[index + 1].begin;
    begin = node->children[index].begin;
    node = node->children[index].below.get();
  }
  return {core::Bytes{begin}, core::Bytes{end}};
}

bool LeafIndex::has_leaf_at(core::BytesView key) const {
  for (const auto* node = root_.get();;) {
    const auto& child = node->children[node->index_of(key)];
    if (child.begin == key) return true;
    if (!child.below) return false;
    node = child.below.get();
  }
}

std::optional<int> LeafIndex::top_level(const core::Range& range) const {
  int height = root_height;
  for (const auto* node = root_.get(); node != nullptr; --height) {
    const auto index = node->index_of(range.begin);
    const bool is_last = index + 1 == node->children.size();
    if (!is_last && node->children[index + 1].begin < range.end) return height;
    node = node->children[index].below.get();
  }
  return std::nullopt;
}

void LeafIndex::visit(const core::Range& range, int level,
                      const std::function<bool(const Run&)>& visitor) const {
  // Returns false when the visitor has had enough.
  const auto walk = [&](this const auto& self, const Node& node, int height,
                        core::BytesView node_end) -> bool {
    for (auto i = node.index_of(range.begin); i < node.children.size(); ++i) {
      const auto& child = node.children[i];
      if (child.begin >= range.end) return true;
      const core::BytesView end =
          i + 1 < node.children.size() ? core::BytesView{node.children[i + 1].begin} : node_end;
      const bool is_whole = range.begin <= child.begin && end <= range.end;
      const bool is_fine = height <= level && is_whole;
      if (!is_fine && child.below) {
        if (!self(*child.below, height - 1, end)) return false;
      } else if (!visitor(child)) {
        return false;
      }
    }
    return true;
  };
  walk(*root_, root_height, core::users_end);
}

}
