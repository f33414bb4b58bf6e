#pragma once
// An ordered map whose copies cost nothing: a treap that is never changed, only succeeded. A
// change makes new nodes along one path and shares the rest with every older version, so a
// snapshot is a pointer and a crash goes back to one.
//
//   version 1 ──▶ m          version 2 ──▶ m'        put("z"): m and y are made anew,
//                d  y                     d  y'      d is shared
//                                             z

#include <cstddef>
#include <functional>
#include <memory>

#include "core/bytes.h"

namespace starling::store {

class VersionedMap {
 public:
  // None when the key is absent; good as long as this version lives.
  const core::Bytes* find(core::BytesView key) const;
  void put(core::BytesView key, core::Bytes value);
  void erase(core::BytesView key);
  std::size_t size() const { return size_; }

  // In key order from `begin`, until `visit` returns false.
  using Visit = std::function<bool(const core::Bytes& key, const core::Bytes& value)>;
  void walk(core::BytesView begin, const Visit& visit) const;

 private:
  struct Entry;
  struct Node;
  // Shared by all versions that hold this subtree: the last one lets it go.
  using Tree = std::shared_ptr<const Node>;
  using EntryOwner = std::shared_ptr<const Entry>;

  static Tree make(EntryOwner entry, Tree left, Tree right);
  static Tree with(const Tree& tree, const EntryOwner& entry);
  static Tree without(const Tree& tree, core::BytesView key);
  static Tree join(const Tree& left, const Tree& right);
  static bool walk(const Node* node, core::BytesView begin, const Visit& visit);

  Tree root_;
  std::size_t size_ = 0;
};

}
