#pragma once
/// \file
/// Ctrl-C without signal handlers: a thread waits for the signals, which all others block.

#include <functional>
#include <memory>
#include <thread>

namespace pantile::cli {

/// While it lives, SIGINT and SIGTERM call `first` on their first arrival and `second` on every
/// later one, on the watcher's own thread. Made before the threads that are to be spared, because
/// they inherit the blocked signals.
class SignalWatcher {
 public:
  SignalWatcher(std::function<void()> first, std::function<void()> second);
  ~SignalWatcher();  ///< Restores the signals as they were.
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
  std::thread thread_;
};

}  // namespace pantile::cli
