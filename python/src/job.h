#pragma once
/// \file
/// Jobs that run beside the interpreter: its lock is released, its signals are heard.

#include <nanobind/nanobind.h>

#include <functional>
#include <optional>

#include "pantile/job.h"

namespace pantile::python {

namespace nb = nanobind;

/// Tells a Python object of a job: stage_begin, stage_progress and stage_end(name, unit, done,
/// total, resumed, elapsed_s), note(text), warning(text), finding(file, kind, text), and where its
/// wants_tiles is true tile_begin, tile_end(corners, column, row, columns, rows, group, groups) and tile_error of
/// the same, the error's code and its message. Exceptions of
/// its own go to sys.unraisablehook; what is no Exception (KeyboardInterrupt) raises `cancel`, and
/// is kept for run_beside() to throw. None: nobody listens.
class PythonListener final : public JobListener {
 public:
  PythonListener(nb::object listener, CancelToken& cancel)
      : listener_(std::move(listener)), cancel_(cancel) {}
  ~PythonListener() override;
  void on_stage_begin(const Progress& progress) override { stage("stage_begin", progress); }
  void on_progress(const Progress& progress) override { stage("stage_progress", progress); }
  void on_stage_end(const Progress& progress) override { stage("stage_end", progress); }
  void on_note(std::string_view text) override { say("note", text); }
  void on_warning(std::string_view text) override { say("warning", text); }
  void on_finding(const Finding& finding) override;
  bool wants_tiles() const override;
  void on_tile_begin(const JobTile& tile) override;
  void on_tile_end(const JobTile& tile) override;
  void on_tile_error(const JobTile& tile, const Error& error) override;
  /// Throws what was kept. Needs the interpreter lock.
  void raise_interrupt();

 private:
  /// Calls `body` under the lock.
  template <class Body> void guarded(const Body& body);
  void stage(const char* hook, const Progress& progress);
  void say(const char* hook, std::string_view text);
  template <class... More> void tile(const char* hook, const JobTile& tile, const More&... more);

  nb::object listener_;
  CancelToken& cancel_;
  std::optional<nb::python_error> interrupt_;  ///< Under the lock.
};

/// How a job runs that Python asked for.
RunOptions run_options(int threads, std::int64_t memory_bytes, const CancelToken& cancel,
                       PythonListener& listener);

/// Runs `work` on a thread of its own, without the interpreter lock, and waits for it. A signal
/// (Ctrl-C) whose handler throws raises `cancel`, and its exception is thrown when `work` has
/// ended; so is an interrupt that `listener` kept. Called with the lock.
void run_beside(CancelToken& cancel, PythonListener& listener, const std::function<void()>& work);

}  // namespace pantile::python
