// ServedEvents: what a listening wscope tells of its clients, each with its number.
//
// Heads and frames have no number of their own: the sink hears on_connection("client 2") before
// them, and before what must stand among them. Without a sink (the embedded echo server) nothing
// is told. Loop thread only.
#pragma once

#include <string>
#include <string_view>

#include "base/event_sink.h"
#include "session/connection.h"
#include "session/served_client.h"

namespace wscope::session {

class ServedEvents {
 public:
  /// Null: silent. The sink must outlive it.
  explicit ServedEvents(EventSink* sink) : sink_(sink) {}

  void head(const ServedClient& client, Direction direction, std::string_view head);
  /// `url` as the client asked for it; `head`: our answer.
  void opened(const ServedClient& client, std::string_view url, std::string_view head);
  void wire(ServedClient& client, Direction direction, std::string_view bytes);
  void ping(const ServedClient& client, Direction direction, std::string_view data);
  void pong(const ServedClient& client, Direction direction, std::string_view data);
  void message(ServedClient& client, Direction direction, MessageType type, std::string_view data);
  void closed(ServedClient& client, const Ending& ending);
  /// At once: nothing else may come for long.
  void notice(const std::string& text);

 private:
  EventSink* sink_;
};

}  // namespace wscope::session
