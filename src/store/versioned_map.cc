#include "store/versioned_map.h"

#include <cstdint>
#include <utility>

#include "merkle/hash.h"

namespace starling::store {

struct VersionedMap::Entry {
  core::Bytes key;
  core::Bytes value;
  std::uint64_t priority;  // A function of the key: the shape follows from the set of keys alone.
};

// Ordered by key, heap by priority: no child's is above its parent's.
struct VersionedMap::Node {
  EntryOwner entry;
  Tree left;
  Tree right;
};

const core::Bytes* VersionedMap::find(core::BytesView key) const {
  for (const Node* node = root_.get(); node != nullptr;) {
    const auto order = key <=> core::BytesView{node->entry->key};
    if (order == 0) return &node->entry->value;
    node = order < 0 ? node->left.get() : node->right.get();
  }
  return nullptr;
}

void VersionedMap::put(core::BytesView key, core::Bytes value) {
  if (find(key) == nullptr) size_ += 1;
  const auto priority = merkle::value_hash(key);
  root_ = with(root_, std::make_shared<Entry>(core::Bytes{key}, std::move(value), priority));
}

void VersionedMap::erase(core::BytesView key) {
  if (find(key) == nullptr) return;
  size_ -= 1;
  root_ = without(root_, key);
}

void VersionedMap::walk(core::BytesView begin, const Visit& visit) const {
  walk(root_.get(), begin, visit);
}

VersionedMap::Tree VersionedMap::make(EntryOwner entry, Tree left, Tree right) {
  return std::make_shared<Node>(std::move(entry), std::move(left), std::move(right));
}

VersionedMap::Tree VersionedMap::with(const Tree& tree, const EntryOwner& entry) {
  if (!tree) return make(entry, nullptr, nullptr);
  const auto order = entry->key <=> tree->entry->key;
  if (order == 0) return make(entry, tree->left, tree->right);
  if (order < 0) {
    const auto left = with(tree->left, entry);
    if (left->entry->priority <= tree->entry->priority) {
      return make(tree->entry, left, tree->right);
    }
    return make(left->entry, left->left, make(tree->entry, left->right, tree->right));
  }
  const auto right = with(tree->right, entry);
  if (right->entry->priority <= tree->entry->priority) {
    return make(tree->entry, tree->left, right);
  }
  return make(right->entry, make(tree->entry, tree->left, right->left), right->right);
}

VersionedMap::Tree VersionedMap::without(const Tree& tree, core::BytesView key) {
  const auto order = key <=> core::BytesView{tree->entry->key};
  if (order == 0) return join(tree->left, tree->right);
  if (order < 0) return make(tree->entry, without(tree->left, key), tree->right);
  return make(tree->entry, tree->left, without(tree->right, key));
}

VersionedMap::Tree VersionedMap::join(const Tree& left, const Tree& right) {
  if (!left) return right;
  if (!right) return left;
  if (left->entry->priority >= right->entry->priority) {
    return make(left->entry, left->left, join(left->right, right));
  }
  return make(right->entry, join(left, right->left), right->right);
}

bool VersionedMap::walk(const Node* node, core::BytesView begin, const Visit& visit) {
  if (node == nullptr) return true;
  const auto& [key, value, priority] = *node->entry;
  if (begin < core::BytesView{key} && !walk(node->left.get(), begin, visit)) return false;
  if (begin <= core::BytesView{key} && !visit(key, value)) return false;
  return walk(node->right.get(), begin, visit);
}

}
