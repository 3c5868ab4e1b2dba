#include "cli/app.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "ops/filter/describe.h"

namespace pantile::cli {
namespace {

Error unknown_command(const Schema& schema, const std::string& word) {
  std::vector<std::string> names;
  names.reserve(schema.commands.size());
  for (const Command& command : schema.commands) names.push_back(command.name);
  const std::string near = nearest(word, names);
  return Error(Code::invalid, fmt::format("unknown command \"{}\"; {}", word,
                                          near.empty() ? std::string("`pantile --help` lists all")
                                                       : fmt::format("did you mean {}?", near)));
}

Status dispatch(const Command& command, Call& call) {
  std::ostream& out = call.environment.out;
  switch (command.bit) {
    case kGenerate: return command_generate(call);
    case kPlan: return command_plan(call);
    case kValidate: return command_validate(call);
    case kInfo: return command_info(call);
    case kPreview: return command_preview(call);
    case kConvert: return command_convert(call);
    case kProcess: return command_process(call);
    case kCheck: return command_check(call);
    case kRepair: return command_repair(call);
    case kMan: out << man_page(call.schema, call.backend.program().version); return {};
    case kCompletion: out << completion_script(call.schema, call.settings.shell); return {};
  }
  return Error(Code::internal, fmt::format("command {} leads nowhere", command.name));
}

Status run_command(const std::vector<std::string>& words, const Backend& backend,
                   Environment& environment) {
  const Schema schema = make_schema(backend.names);
  if (words.empty()) {
    return Error(Code::invalid, "expected a command; `pantile --help` lists all");
  }
  const std::string& first = words.front();
  if (first == "--help" || first == "-h" || first == "help") {
    environment.out << program_help(schema);
    return {};
  }
  if (first == "--version") {
    if (std::find(words.begin(), words.end(), "--verbose") != words.end()) {
      print_program(backend, environment);
    } else {
      environment.out << "pantile " << backend.program().version << "\n";
    }
    return {};
  }
  if (first == "options-table") {  // for docs/configuration.md; not a user's command
    environment.out << options_markdown(schema);
    return {};
  }
  if (first == "operators-table") {  // for docs/process.md
    environment.out << filter::catalogue_markdown();
    return {};
  }
  const Command* command = schema.command(first);
  if (command == nullptr) return unknown_command(schema, first);

  PANTILE_ASSIGN(Arguments arguments,
                 parse_arguments(schema, *command, {words.begin() + 1, words.end()}));
  if (arguments.help) {
    environment.out << command_help(schema, *command);
    return {};
  }
  Call call{schema, backend, environment, std::move(arguments.settings), false};
  return dispatch(*command, call);
}

}  // namespace

int run(const std::vector<std::string>& words, const Backend& backend, Environment& environment) {
  const Status status = run_command(words, backend, environment);
  environment.out.flush();
  if (status.ok()) {
    if (environment.out) return 0;
    environment.err << "pantile: cannot write to standard output\n" << std::flush;
    return exit_code(Code::io);
  }
  const Error& error = status.error();
  environment.err << "pantile: " << error.message() << "\n" << std::flush;
  return exit_code(error.code());
}

}  // namespace pantile::cli
