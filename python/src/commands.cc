/// Jobs by the words of the command line: one table of options serves both faces.

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <ctime>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "bindings.h"
#include "cli/app.h"
#include "cli/program/backend.h"
#include "errors.h"
#include "job.h"
#include "summaries.h"

namespace pantile::python {
namespace {

namespace nb = nanobind;

/// What came out of the call behind a command.
struct Outcome {
  std::optional<Error> error;
  std::optional<JobSummary> summary;
  std::optional<ValidateReport> validated;
  std::optional<CheckReport> checked;
};

/// `job` with the listener and the token put into its run options, and its outcome kept.
template <class Answer, class Options>
std::function<Result<Answer>(const Options&, const RunOptions&)> watched(
    std::function<Result<Answer>(const Options&, const RunOptions&)> job,
    std::optional<Answer> Outcome::* kept, Outcome& outcome, const CancelToken& cancel,
    PythonListener& listener) {
  return [job = std::move(job), kept, &outcome, &cancel, &listener](
             const Options& options, const RunOptions& run) -> Result<Answer> {
    RunOptions here = run;
    here.cancel = &cancel;
    here.listener = &listener;
    Result<Answer> answer = job(options, here);
    if (answer.ok()) {
      outcome.*kept = *answer;
    } else {
      outcome.error = answer.error();
    }
    return answer;
  };
}

std::string stamp() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &parts)};
}

nb::object validated_dict(const ValidateReport& report) {
  return nb::module_::import_("json").attr("loads")(report.json());
}

nb::object run_command(const std::vector<std::string>& words, nb::object listener) {
  CancelToken cancel;
  PythonListener heard(std::move(listener), cancel);
  Outcome outcome;
  cli::Backend backend = cli::pipeline_backend();
  backend.generate = watched(backend.generate, &Outcome::summary, outcome, cancel, heard);
  backend.convert = watched(backend.convert, &Outcome::summary, outcome, cancel, heard);
  backend.process = watched(backend.process, &Outcome::summary, outcome, cancel, heard);
  backend.preview = watched(backend.preview, &Outcome::summary, outcome, cancel, heard);
  backend.validate = watched(backend.validate, &Outcome::validated, outcome, cancel, heard);
  backend.check = watched(backend.check, &Outcome::checked, outcome, cancel, heard);
  backend.repair = watched(backend.repair, &Outcome::checked, outcome, cancel, heard);
  std::ostringstream out, err;
  cli::Environment environment{.out = out, .err = err, .columns = [] { return 80; },
                               .stamp = stamp, .stop_at_once = nullptr};
  int code = 0;
  run_beside(cancel, heard, [&] { code = cli::run(words, backend, environment); });
  if (outcome.validated) return validated_dict(*outcome.validated);
  if (outcome.checked) return report_dict(*outcome.checked);
  if (outcome.error) raise(*outcome.error);
  if (code != 0) {
    std::string text = err.str();
    while (!text.empty() && text.back() == '\n') text.pop_back();
    constexpr std::string_view kPrefix = "pantile: ";
    if (text.starts_with(kPrefix)) text.erase(0, kPrefix.size());
    raise(Error(Code::invalid, text));
  }
  if (outcome.summary) return summary_dict(*outcome.summary);
  return nb::cast(out.str());
}

/// The options of a command: (name without dashes, whether it has a value, help).
nb::list command_options(const std::string& name) {
  const cli::Schema schema = cli::make_schema(cli::pipeline_backend().names);
  const cli::Command* const command = schema.command(name);
  nb::list all;
  if (command == nullptr) return all;
  for (const cli::Option& option : schema.options) {
    if ((option.commands & command->bit) == 0 || option.positional()) continue;
    all.append(nb::make_tuple(option.flag.substr(2), option.type != cli::Type::flag,
                              nb::str(option.help.c_str())));
  }
  return all;
}

}  // namespace

void bind_commands(nb::module_& module) {
  module.def("run_command", &run_command, nb::arg("words"), nb::arg("listener").none(),
             "Runs a command line without the program's name; returns what it reports.");
  module.def("command_options", &command_options, nb::arg("command"));
}

}  // namespace pantile::python
