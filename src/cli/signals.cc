#include "cli/signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <utility>

namespace pantile::cli {

struct SignalWatcher::Handles {
  sigset_t before{};
  int signals = -1;  ///< Readable when SIGINT or SIGTERM has come.
  int stop = -1;     ///< Readable when the watcher is to end.
};

namespace {

void watch(int signals, int stop, const std::function<void()>& first,
           const std::function<void()>& second) {
  bool seen = false;
  for (;;) {
    std::array<pollfd, 2> ready{pollfd{signals, POLLIN, 0}, pollfd{stop, POLLIN, 0}};
    if (poll(ready.data(), ready.size(), -1) < 0) continue;  // interrupted
    if (ready[0].revents != 0) {
      signalfd_siginfo info;
      if (read(signals, &info, sizeof info) != sizeof info) return;
      (seen ? second : first)();
      seen = true;
    } else if (ready[1].revents != 0) {
      return;
    }
  }
}

}  // namespace

SignalWatcher::SignalWatcher(std::function<void()> first, std::function<void()> second)
    : handles_(std::make_unique<Handles>()) {
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGINT);
  sigaddset(&watched, SIGTERM);
  handles_->signals = signalfd(-1, &watched, SFD_CLOEXEC);
  handles_->stop = eventfd(0, EFD_CLOEXEC);
  // Without descriptors the signals keep their usual effect, and the job can still be resumed.
  if (handles_->signals < 0 || handles_->stop < 0) return;
  pthread_sigmask(SIG_BLOCK, &watched, &handles_->before);
  thread_ =
      std::thread(watch, handles_->signals, handles_->stop, std::move(first), std::move(second));
}

SignalWatcher::~SignalWatcher() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    // An eventfd takes one word as long as its count does not overflow: it cannot fail here.
    [[maybe_unused]] const auto written = write(handles_->stop, &one, sizeof one);
    thread_.join();
    pthread_sigmask(SIG_SETMASK, &handles_->before, nullptr);
  }
  if (handles_->signals >= 0) close(handles_->signals);
  if (handles_->stop >= 0) close(handles_->stop);
}

}  // namespace pantile::cli
