#pragma once
/// \file
/// Jobs that run beside the interpreter: its lock is released, its signals are heard.

#include <nanobind/nanobind.h>

#include <functional>

#include "pantile/job.h"

namespace pantile::python {

namespace nb = nanobind;

/// Tells a Python object of a job: stage_begin, stage_progress and stage_end(name, unit, done,
/// total, resumed, elapsed_s), note(text), warning(text), finding(file, kind, text). Exceptions of
/// its own go to sys.unraisablehook. None: nobody listens.
class PythonListener final : public JobListener {
 public:
  explicit PythonListener(nb::object listener) : listener_(std::move(listener)) {}
  ~PythonListener() override;
  void on_stage_begin(const Progress& progress) override { stage("stage_begin", progress); }
  void on_progress(const Progress& progress) override { stage("stage_progress", progress); }
  void on_stage_end(const Progress& progress) override { stage("stage_end", progress); }
  void on_note(std::string_view text) override { say("note", text); }
  void on_warning(std::string_view text) override { say("warning", text); }
  void on_finding(const Finding& finding) override;

 private:
  void stage(const char* hook, const Progress& progress);
  void say(const char* hook, std::string_view text);

  nb::object listener_;
};

/// How a job runs that Python asked for.
RunOptions run_options(int threads, std::int64_t memory_bytes, const CancelToken& cancel,
                       PythonListener& listener);

/// Runs `work` on a thread of its own, without the interpreter lock, and waits for it. A signal
/// (Ctrl-C) whose handler throws raises `cancel`, and its exception is thrown when `work` has
/// ended. Called with the lock.
void run_beside(CancelToken& cancel, const std::function<void()>& work);

}  // namespace pantile::python
