#include "config/catalogue.h"

#include <doctest/doctest.h>

#include <set>

namespace starling::config {

TEST_CASE("every default is allowed, but a name must be given") {
  for (const auto& setting : catalogue()) {
    CAPTURE(title_of(setting.section, setting.key));
    Settings settings;
    const auto value = from_words(setting.shape, setting.fallback);
    CHECK(value.shape == setting.shape);
    CHECK(setting.take(value, settings) == (setting.key != "name"));
  }
}

TEST_CASE("sections stand together, as in a file, and no setting twice") {
  std::set<std::string> seen;
  std::set<std::string_view> left;
  std::string_view section;
  for (const auto& setting : catalogue()) {
    CHECK(seen.insert(title_of(setting.section, setting.key)).second);
    if (setting.section != section) CHECK(left.insert(section).second);
    section = setting.section;
  }
  CHECK_FALSE(left.contains(section));
}

TEST_CASE("names follow from section and key") {
  const auto* const setting = find_setting("resp", "socket_mode");
  REQUIRE(setting != nullptr);
  CHECK(title_of("resp", "socket_mode") == "[resp] socket_mode");
  CHECK(variable_of(*setting) == "STARLING_RESP_SOCKET_MODE");
  CHECK(flag_of(*setting) == "--resp-socket-mode");
  CHECK(variable_of(*find_setting("", "data_dir")) == "STARLING_DATA_DIR");
  CHECK(find_setting("resp", "data_dir") == nullptr);
}

TEST_CASE("a mistyped key, or one in a wrong place, finds its right one") {
  CHECK(suggestion_for("resp", "sokcet") == "; did you mean [resp] socket?");
  CHECK(suggestion_for("", "insecure_peers") == "; did you mean [peers] insecure_peers?");
  CHECK(suggestion_for("log", "colour").empty());
}

TEST_CASE("bounds hold on both sides") {
  const auto is_allowed = [](std::string_view section, std::string_view key,
                             std::string_view words) {
    const auto* const setting = find_setting(section, key);
    REQUIRE(setting != nullptr);
    Settings settings;
    return setting->take(from_words(setting->shape, words), settings);
  };
  CHECK(is_allowed("", "memory", "32MiB"));
  CHECK_FALSE(is_allowed("", "memory", "31MiB"));
  CHECK_FALSE(is_allowed("", "memory", "2TiB"));
  CHECK(is_allowed("resp", "value_max", "16MiB"));
  CHECK_FALSE(is_allowed("resp", "value_max", "17MiB"));
  CHECK_FALSE(is_allowed("resp", "value_max", "1B"));
  CHECK(is_allowed("resp", "max_clients", "1"));
  CHECK_FALSE(is_allowed("resp", "max_clients", "0"));
  CHECK_FALSE(is_allowed("resp", "max_clients", "100001"));
  CHECK(is_allowed("resp", "socket", std::string(107, 's')));
  CHECK_FALSE(is_allowed("resp", "socket", std::string(108, 's')));
  CHECK(is_allowed("resp", "socket", ""));
  CHECK_FALSE(is_allowed("", "data_dir", ""));
  CHECK(is_allowed("resp", "listen", ""));
  CHECK_FALSE(is_allowed("resp", "listen", "localhost:7379"));
  CHECK_FALSE(is_allowed("admin", "listen", "127.0.0.1"));
  CHECK_FALSE(is_allowed("peers", "seeds", "edge-b:7381,edge-c"));
  CHECK(is_allowed("peers", "advertise", ""));
  CHECK_FALSE(is_allowed("peers", "advertise", "0.0.0.0:7381"));
  CHECK_FALSE(is_allowed("peers", "repair_rate", "1KiB/s"));
  CHECK_FALSE(is_allowed("log", "level", "loud"));
}

}
