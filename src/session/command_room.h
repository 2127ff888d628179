// CommandRoom: the commands of --exec of a listening wscope, one a client.
//
// prepare() when a client's request is let in, start() when it is open; from then on the client's
// messages are its command's input and what the command writes is sent to it. A command that ends
// closes its client: 1000, or 1011 where it failed. One whose client has left stays until it has
// ended. No command can make another wait. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "session/command_environment.h"
#include "session/served_client.h"
#include "session/served_command.h"

namespace wscope::session {

class CommandRoom {
 public:
  class Host {
   public:
    virtual ~Host() = default;
    virtual void command_notice(const std::string& text) = 0;
    /// A message of the client's command was queued for it.
    virtual void command_sent(ServedClient& client, MessageType type, std::string_view data) = 0;
    /// The same of a ping and a pong.
    virtual void command_pinged(ServedClient& client, std::string_view data) = 0;
    virtual void command_ponged(ServedClient& client, std::string_view data) = 0;
    /// What it wrote has been dealt with: flush what was told.
    virtual void command_rests() = 0;
    virtual void command_left() = 0;  // the process of a client that has gone
  };

  /// What is given must outlive it.
  CommandRoom(asio::io_context& loop, const Options& options, const Clock& clock, Host& host);

  /// Stage::kInternal when there is no place for one more: refuse the client.
  Result<void> prepare(ServedClient& client, Environment environment);
  void start(ServedClient& client);
  void message(const ServedClient& client, MessageType type, std::string_view data);
  void flush(const ServedClient& client);
  bool may_read(const ServedClient& client) const;
  /// Sends what the command has written, as long as there is room.
  void pull(ServedClient& client);
  /// Our Close is behind all that was said to it.
  void closing(const ServedClient& client);
  void client_left(const ServedClient& client);

  /// To all of them.
  void signal(int number);
  bool empty() const { return places_.empty(); }
  /// Commands whose clients have gone.
  std::size_t leaving() const;

 private:
  struct Place {
    std::unique_ptr<ServedCommand> command;
    ServedClient* client = nullptr;  // until it leaves
  };

  /// Null once it has left.
  ServedClient* client_of(std::size_t number) const;
  bool perform(ServedClient& client, const Action& action);
  void pull_later(std::size_t number);
  void ended(std::size_t number);
  void close_when_done(Place& place);
  void remove(std::size_t number);

  asio::io_context& loop_;
  const Options& options_;
  const Clock& clock_;
  Host& host_;
  std::map<std::size_t, Place> places_;
};

}  // namespace wscope::session
