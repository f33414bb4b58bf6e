#pragma once
// What operations share: whom they ask for, and the words for a node's "no".

#include <string>

#include "api/command.h"

namespace starling::api {

class AskingOperation : public Operation {
 protected:
  AskingOperation(Caller caller, std::uint64_t ticket)
      : service_{caller.service}, client_{caller.session.id}, ticket_{ticket} {}

  void ask_scan(core::Range range, std::size_t records_max);
  // The error text when the node refused or answered something that was not asked for.
  std::string trouble_of(const node::LocalReply& answer) const;

  Service& service_;
  const node::ClientId client_;
  const std::uint64_t ticket_;
};

// "LOADING starling is opening its store", …
std::string text_of(node::Refusal why, const node::Status& status);

}
