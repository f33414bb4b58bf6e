#include "merkle/summary.h"

#include <doctest/doctest.h>

#include <initializer_list>

namespace starling::merkle {
namespace {

constexpr Digest a{1, 2};
constexpr Digest b{~std::uint64_t{0}, 5};

Summary of(std::initializer_list<Digest> items) {
  Summary summary;
  for (const auto& item : items) summary += item;
  return summary;
}

}

TEST_CASE("a summary is the count and the sum of its items, half by half") {
  CHECK(of({a, b}) == Summary{2, {0, 7}});
  CHECK(of({a, b}) == of({b, a}));
}

TEST_CASE("what is added can be taken away, below nothing and back too") {
  auto summary = of({a, b});
  summary -= a;
  CHECK(summary == of({b}));
  CHECK(Summary{} - of({b}) + of({a, b}) == of({a}));
}

TEST_CASE("a fingerprint is additive, in its low 32 bits too") {
  constexpr std::uint64_t salt = 77;
  const auto left = of({a, b, b});
  const auto right = of({b});
  const auto sum = fingerprint(left, salt) + fingerprint(right, salt);
  CHECK(fingerprint(left + right, salt) == sum);
  CHECK(static_cast<std::uint32_t>(fingerprint(left + right, salt)) ==
        static_cast<std::uint32_t>(fingerprint(left, salt)) +
            static_cast<std::uint32_t>(fingerprint(right, salt)));
}

TEST_CASE("a fingerprint depends on the salt and on each part of the summary") {
  const Summary summary{3, {4, 5}};
  const auto print = fingerprint(summary, 1);
  CHECK(print != fingerprint(summary, 2));
  CHECK(print != fingerprint({4, {4, 5}}, 1));
  CHECK(print != fingerprint({3, {5, 5}}, 1));
  CHECK(print != fingerprint({3, {4, 6}}, 1));
  CHECK(print != fingerprint({3, {5, 4}}, 1));
}

}
