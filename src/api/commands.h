#pragma once
// The handlers, one for each row of the command table (command_table.cc), in groups as they lie in
// the files commands_*.cc.

#include "api/command.h"

namespace starling::api::commands {

// commands_string.cc
void get(DataCall& call);
void set(DataCall& call);
void setex(DataCall& call);
void psetex(DataCall& call);
void setnx(DataCall& call);
void getset(DataCall& call);
void getdel(DataCall& call);
void getex(DataCall& call);
void mget(DataCall& call);
void mset(DataCall& call);
void msetnx(DataCall& call);
void strlen(DataCall& call);
void append(DataCall& call);
void getrange(DataCall& call);
void setrange(DataCall& call);

// commands_key.cc
void expire(DataCall& call);
void pexpire(DataCall& call);
void expireat(DataCall& call);
void pexpireat(DataCall& call);
void ttl(DataCall& call);
void pttl(DataCall& call);
void expiretime(DataCall& call);
void pexpiretime(DataCall& call);
void persist(DataCall& call);
void del(DataCall& call);
void exists(DataCall& call);
void type(DataCall& call);
void object_encoding(DataCall& call);
void object_freq(DataCall& call);
void object_idletime(DataCall& call);
void memory_usage(DataCall& call);

// commands_scan.cc
std::unique_ptr<Operation> scan(Caller caller, std::uint64_t ticket, Request& request,
                                Reply& reply);
std::unique_ptr<Operation> keys(Caller caller, std::uint64_t ticket, Request& request,
                                Reply& reply);
std::unique_ptr<Operation> flush(Caller caller, std::uint64_t ticket, Request& request,
                                 Reply& reply);

// commands_transaction.cc
void multi(Caller caller, const Request& request, Reply& reply);
void discard(Caller caller, const Request& request, Reply& reply);
void unwatch(Caller caller, const Request& request, Reply& reply);
std::optional<node::LocalCall> exec(Caller caller, Request& request, Reply& reply);
std::optional<node::LocalCall> watch(Caller caller, Request& request, Reply& reply);

// commands_connection.cc
void ping(Caller caller, const Request& request, Reply& reply);
void echo(Caller caller, const Request& request, Reply& reply);
void hello(Caller caller, const Request& request, Reply& reply);
void auth(Caller caller, const Request& request, Reply& reply);
void select(Caller caller, const Request& request, Reply& reply);
void quit(Caller caller, const Request& request, Reply& reply);
void reset(Caller caller, const Request& request, Reply& reply);

// commands_client.cc
void client_id(Caller caller, const Request& request, Reply& reply);
void client_setname(Caller caller, const Request& request, Reply& reply);
void client_getname(Caller caller, const Request& request, Reply& reply);
void client_setinfo(Caller caller, const Request& request, Reply& reply);
void client_info(Caller caller, const Request& request, Reply& reply);
void client_list(Caller caller, const Request& request, Reply& reply);
void client_reply(Caller caller, const Request& request, Reply& reply);
void client_switch(Caller caller, const Request& request, Reply& reply);  // NO-EVICT, NO-TOUCH

// commands_introspection.cc
void command(Caller caller, const Request& request, Reply& reply);
void command_count(Caller caller, const Request& request, Reply& reply);
void command_list(Caller caller, const Request& request, Reply& reply);
void command_info(Caller caller, const Request& request, Reply& reply);
void command_docs(Caller caller, const Request& request, Reply& reply);
void command_getkeys(Caller caller, const Request& request, Reply& reply);
void container_help(Caller caller, const Request& request, Reply& reply);

// commands_server.cc
void info(Caller caller, const Request& request, Reply& reply);
void config_get(Caller caller, const Request& request, Reply& reply);
void config_resetstat(Caller caller, const Request& request, Reply& reply);
void time(Caller caller, const Request& request, Reply& reply);
void dbsize(Caller caller, const Request& request, Reply& reply);
void function_flush(Caller caller, const Request& request, Reply& reply);
void module_list(Caller caller, const Request& request, Reply& reply);

// commands_starling.cc
void starling_help(Caller caller, const Request& request, Reply& reply);
void starling_status(Caller caller, const Request& request, Reply& reply);
void starling_members(Caller caller, const Request& request, Reply& reply);
void starling_check(Caller caller, const Request& request, Reply& reply);
void starling_ack(Caller caller, const Request& request, Reply& reply);
void starling_stream(Caller caller, const Request& request, Reply& reply);
std::unique_ptr<Operation> starling_diff(Caller caller, std::uint64_t ticket, Request& request,
                                         Reply& reply);
std::unique_ptr<Operation> starling_freeze(Caller caller, std::uint64_t ticket, Request& request,
                                           Reply& reply);
std::unique_ptr<Operation> starling_thaw(Caller caller, std::uint64_t ticket, Request& request,
                                         Reply& reply);

}
