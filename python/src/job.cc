#include "job.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "pantile/check.h"

namespace pantile::python {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(50);

nb::str text_of(std::string_view text) { return nb::str(text.data(), text.size()); }

}  // namespace

PythonListener::~PythonListener() {
  const nb::gil_scoped_acquire lock;
  listener_.reset();
  interrupt_.reset();
}

template <class Body> void PythonListener::guarded(const Body& body) {
  const nb::gil_scoped_acquire lock;
  if (listener_.is_none()) return;
  try {
    body();
  } catch (nb::python_error& error) {
    if (error.matches(PyExc_Exception)) {
      error.discard_as_unraisable("a listener of a Pantile job");
      return;
    }
    if (!interrupt_) interrupt_.emplace(error);
    cancel_.cancel();
  }
}

void PythonListener::raise_interrupt() {
  if (interrupt_) throw nb::python_error(*interrupt_);
}

void PythonListener::stage(const char* hook, const Progress& p) {
  guarded([&] {
    listener_.attr(hook)(text_of(p.stage), text_of(p.unit), p.done, p.total, p.resumed,
                         p.elapsed_s);
  });
}

void PythonListener::say(const char* hook, std::string_view text) {
  guarded([&] { listener_.attr(hook)(text_of(text)); });
}

void PythonListener::on_finding(const Finding& finding) {
  guarded([&] {
    listener_.attr("finding")(text_of(finding.file), text_of(word_for(finding.kind)),
                              text_of(finding.text));
  });
}

bool PythonListener::wants_tiles() const {
  const nb::gil_scoped_acquire lock;
  return !listener_.is_none() && nb::cast<bool>(listener_.attr("wants_tiles"));
}

template <class... More>
void PythonListener::tile(const char* hook, const JobTile& t, const More&... more) {
  guarded([&] {
    listener_.attr(hook)(nb::make_tuple(t.rect.x0, t.rect.y0, t.rect.x1, t.rect.y1), t.column,
                         t.row, t.columns, t.rows, t.group, t.groups,
                         text_of(more)...);
  });
}

void PythonListener::on_tile_begin(const JobTile& tile) { this->tile("tile_begin", tile); }
void PythonListener::on_tile_end(const JobTile& tile) { this->tile("tile_end", tile); }
void PythonListener::on_tile_error(const JobTile& tile, const Error& error) {
  this->tile("tile_error", tile, code_name(error.code()), std::string_view(error.message()));
}

RunOptions run_options(int threads, std::int64_t memory_bytes, const CancelToken& cancel,
                       PythonListener& listener) {
  RunOptions run;
  run.threads = threads;
  run.memory_bytes = memory_bytes;
  run.cancel = &cancel;
  run.listener = &listener;
  return run;
}

void run_beside(CancelToken& cancel, PythonListener& listener,
                const std::function<void()>& work) {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::exception_ptr thrown;
  std::optional<nb::python_error> signalled;
  {
    const nb::gil_scoped_release unlocked;
    std::thread thread([&] {
      try {
        work();
      } catch (...) {
        thrown = std::current_exception();
      }
      const std::lock_guard lock(mutex);
      done = true;
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    while (!changed.wait_for(lock, kLookEvery, [&] { return done; })) {
      if (signalled) continue;
      lock.unlock();
      {
        const nb::gil_scoped_acquire locked;
        if (PyErr_CheckSignals() != 0) {
          signalled.emplace();
          cancel.cancel();
        }
      }
      lock.lock();
    }
    lock.unlock();
    thread.join();
  }
  if (signalled) throw nb::python_error(*signalled);
  listener.raise_interrupt();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace pantile::python
