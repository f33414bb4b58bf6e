#include "tools/starling/command_line.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace starling::cli {
namespace {

// Examples first: that is what people look for.
class ExamplesFirst final : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    if (mode == CLI::AppFormatMode::Sub) return Formatter::make_help(app, std::move(name), mode);
    return make_description(app) + "\n" + app->get_footer() + "\n" + make_usage(app, name) +
           make_positionals(app) + make_groups(app, mode) + make_subcommands(app, mode);
  }
};

class CommandLine {
 public:
  CommandLine() {
    app_.formatter(std::make_shared<ExamplesFirst>());
    app_.require_subcommand(0, 1);
    app_.set_help_flag("-h,--help", "This, or that of a command");
    app_.set_version_flag("--version", "starling " STARLING_VERSION);
    app_.footer(
        "Examples:\n"
        "  starling status                            this node\n"
        "  starling members                           who is there\n"
        "  starling diff edge-d                       which keys differ between here and edge-d\n"
        "  starling check --all --within 30s          wait until all members hold the same\n"
        "  starling --addr 127.0.0.1:7479 get k       the same from another node\n"
        "Exit codes: 0 yes, equal, healthy; 1 a checked no; 2 trouble.\n");
    add_everywhere();
    add_life();
    add_data();
    add_comparison();
  }

  Outcome<std::variant<Order, HelpText>> parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      return HelpText{chosen()->help(chosen() == &app_ ? "" : "starling")};
    } catch (const CLI::CallForVersion& version) {
      return HelpText{std::string{version.what()} + "\n"};
    } catch (const CLI::ExtrasError&) {
      const auto extra = escaped(app_.remaining(true).front());
      return trouble(chosen() == &app_ ? "no such command: " + extra
                                       : name_of_chosen() + ": what is " + extra + "?",
                     name_of_chosen() + " --help");
    } catch (const CLI::ParseError& error) {
      return trouble(one_line(error.what()), name_of_chosen() + " --help");
    }
    if (chosen() == &app_) return trouble("what is to be done?", "starling --help");
    return finished();
  }

 private:
  void add_everywhere() {
    app_.add_option("--addr", address_,
                    "Redis address of a node: the path of a unix socket, or HOST:PORT")
        ->envname("STARLING_ADDR")
        ->capture_default_str()
        ->type_name("ADDRESS");
    app_.add_option("--password-file", order_.access.password_file,
                    "File whose first line is the node's password, for TCP")
        ->envname("STARLING_PASSWORD_FILE")
        ->type_name("FILE");
    app_.add_option("--timeout", timeout_, "How long to wait for an answer")
        ->capture_default_str()
        ->type_name("TIME");
    auto* const json = app_.add_flag("--json", is_json_, "JSON: one object, or one per line");
    app_.add_flag("--plain", is_plain_, "Tabs, no headers, stable")->excludes(json);
    app_.add_option("--color", color_, "auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str()
        ->type_name("WHEN");
    app_.add_flag("-q,--quiet", order_.look.is_quiet, "Nothing but data and errors");
  }

  void add_life() {
    auto* const init = command("init", init_, "Make a folder from which a node can be started",
                               "  starling init /etc/starling --name edge-a\n"
                               "  starling init n2 --name edge-b --secret n1/cluster.secret\n");
    init->add_option("DIR", init_.folder, "Where; nothing in it is overwritten")->required();
    init->add_option("--name", init_.name, "The node's name, shown to people")
        ->required()
        ->type_name("NAME");
    init->add_option("--cluster", init_.cluster, "The cluster's name")
        ->capture_default_str()
        ->type_name("NAME");
    init->add_option("--secret", init_.secret,
                     "Copy the cluster's secret from here instead of minting one")
        ->type_name("FILE");
    command("status", Status{}, "This node: state, keys, root, members",
            "  starling status\n  starling status --json | jq .cut\n");
    command("members", Members{}, "Who is there, and whether equal to this node",
            "  starling members\n  starling members --plain | cut -f 1,2\n");
    command("health", Health{}, "Probe for supervisors: the exit code says whether it is ready",
            "  starling health && echo ready\n");
    command("freeze", freeze_,
            "No repair and no rumours on this node, until thaw; survives a restart",
            "  starling freeze\n  starling --addr 127.0.0.1:7479 freeze\n");
    command("thaw", thaw_, "Take part again", "  starling thaw\n");
    command("version", Version{}, "The version of this program", "  starling version\n");
  }

  void add_data() {
    auto* const get = command("get", get_, "Print a value; exit 1 when there is none",
                              "  starling get cfg:rate-limit\n"
                              "  starling get image:1 > image.png    byte for byte\n"
                              "  starling get $'caf\\xc3\\xa9'           as keys are printed\n");
    get->add_option("KEY", get_.key)->required();
    auto* const set = command("set", set_, "Write a value",
                              "  starling set cfg:rate-limit 100\n"
                              "  starling set session:1 on --ttl 30m\n"
                              "  starling set image:1 --stdin < image.png\n");
    set->add_option("KEY", set_.key)->required();
    auto* const value = set->add_option("VALUE", set_.value);
    auto* const from_stdin =
        set->add_flag("--stdin", set_.is_from_stdin, "The value is on standard input");
    from_stdin->excludes(value);
    set->add_option("--ttl", lifetime_, "Expires after this time: 500ms, 30s, 10m, 12h")
        ->type_name("TIME");
    command("del", del_, "Delete keys; exit 1 when none was there", "  starling del a b c\n")
        ->add_option("KEY", del_.keys)
        ->required();
    auto* const scan =
        command("scan", scan_, "Print keys", "  starling scan --prefix pkg/ --limit 10\n");
    scan->add_option("--prefix", scan_.prefix, "Only keys that start so")->type_name("P");
    scan->add_option("--limit", scan_.keys_max, "At most so many")->type_name("N");
  }

  void add_comparison() {
    auto* const check =
        command("check", check_, "Wait until all members hold the same; exit 1 when they do not",
                "  starling check                      those that are alive\n"
                "  starling check --all --within 30s   all; an unreachable one is named\n");
    check->add_flag("--all", check_.is_whole_roster, "Unreachable members count too");
    check->add_option("--within", within_, "How long to wait")
        ->capture_default_str()
        ->type_name("TIME");
    auto* const diff = command(
        "diff", diff_, "Compare two live nodes, read-only; exit 1 when they differ",
        "  starling diff edge-d                  this node with edge-d\n"
        "  starling diff edge-d edge-a           the same, read from the other side\n"
        "  starling diff 10.0.0.4:7381 --values  a peer address names a member too\n"
        "  starling diff edge-d --prefix cfg: --json | jq -r .key\n"
        "  starling diff --all --stat            a row for each member\n"
        "Signs: < only on A   > only on B   * differ, older → newer   t deleted against live\n"
        "       ? same stamp, other bytes   ! could not be compared\n"
        "Compared is what both held at the first cut after the call; what was written later is\n"
        "in flight.\n");
    auto* const sides = diff->add_option("MEMBERS", diff_.sides,
                                         "Members: name, id, or HOST:PORT of the peer port. "
                                         "One: this node with it")
                            ->expected(1, 2);
    diff->usage("Usage: starling diff [OPTIONS] [A] B");
    diff->add_flag("--all", diff_.is_with_all, "With every member")->excludes(sides);
    diff->add_flag("--stat", diff_.is_stat, "Only figures");
    diff->add_flag("--values", diff_.has_values, "Show this node's values as they are now")
        ->type_name("");
    diff->add_option("--prefix", diff_.prefix, "Only keys that start so")->type_name("P");
    diff->add_option("--limit", diff_.keys_max,
                     "Show at most so many keys; 20 unless --json or --plain")
        ->type_name("N");
  }

  // `act` is copied into the order when this command was the one, after parsing has filled it.
  template <typename A>
  CLI::App* command(const char* name, A&& act, const char* what, const char* examples) {
    auto* const sub = app_.add_subcommand(name, what);
    sub->footer(std::string{"Examples:\n"} + examples);
    sub->fallthrough();
    if constexpr (std::is_lvalue_reference_v<A>) {
      sub->callback([this, filled = &act] { order_.act = *filled; });
    } else {
      sub->callback([this, act] { order_.act = act; });
    }
    return sub;
  }

  Outcome<std::variant<Order, HelpText>> finished() {
    const auto address = parse_address(address_);
    if (!address) return std::unexpected(address.error());
    order_.access.address = *address;
    if (auto read = read_time("--timeout", timeout_, order_.access.timeout); !read) {
      return std::unexpected(read.error());
    }
    if (auto* const check = std::get_if<Check>(&order_.act)) {
      if (auto read = read_time("--within", within_, check->within); !read) {
        return std::unexpected(read.error());
      }
    }
    if (auto* const set = std::get_if<Set>(&order_.act)) {
      if (auto read = finish(*set); !read) return std::unexpected(read.error());
    }
    if (const auto* const diff = std::get_if<Diff>(&order_.act)) {
      if (diff->sides.empty() && !diff->is_with_all) {
        return trouble("diff: with whom?", "starling members, then starling diff NAME");
      }
    }
    order_.look.shape = is_json_ ? Shape::json : is_plain_ ? Shape::plain : Shape::people;
    order_.look.has_color = order_.look.shape == Shape::people && wants_color(color_);
    return order_;
  }

  Outcome<void> finish(Set& set) {
    if (!set.is_from_stdin && app_.get_subcommand("set")->get_option("VALUE")->empty()) {
      return trouble("set: no value", "starling set KEY VALUE, or starling set KEY --stdin");
    }
    if (lifetime_.empty()) return {};
    Milliseconds lifetime{};
    if (auto read = read_time("--ttl", lifetime_, lifetime); !read) return read;
    set.lifetime = lifetime;
    return {};
  }

  static Outcome<void> read_time(const std::string& flag, const std::string& text,
                                 Milliseconds& into) {
    const auto time = parse_duration(text);
    if (!time) {
      return trouble(flag + " " + text + ": a time with its unit, up to 24h",
                     flag + " 500ms, " + flag + " 30s, " + flag + " 2m or " + flag + " 1h");
    }
    into = *time;
    return {};
  }

  const CLI::App* chosen() const {
    const auto subs = app_.get_subcommands();
    return subs.empty() ? &app_ : subs.front();
  }
  std::string name_of_chosen() const {
    return chosen() == &app_ ? "starling" : "starling " + chosen()->get_name();
  }

  static std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
  }

  CLI::App app_{"starling: looks at a Starling node and talks to it.", "starling"};
  Order order_{};
  std::string address_{standard_address};
  std::string timeout_ = "20s";
  std::string within_ = "15s";
  std::string color_ = "auto";
  std::string lifetime_;
  bool is_json_ = false;
  bool is_plain_ = false;
  Init init_;
  Freeze freeze_{.is_on = true};
  Freeze thaw_{.is_on = false};
  Get get_;
  Set set_;
  Del del_;
  Scan scan_;
  Check check_;
  Diff diff_;
};

}

Outcome<std::variant<Order, HelpText>> parse_command_line(int argc, const char* const* argv) {
  return CommandLine{}.parse(argc, argv);
}

}
