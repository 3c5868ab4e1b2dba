#pragma once
/// \file
/// The subcommands. Each translates settings into one call and shows what came back.

#include "cli/arguments.h"
#include "cli/environment.h"
#include "cli/schema.h"
#include "pantile/result.h"

namespace pantile::cli {

/// What every subcommand is given.
struct Call {
  const Schema& schema;
  const Backend& backend;
  Environment& environment;
  Settings settings;
  bool dated_folder = false;  ///< The job's folder was named by name_default_folder.
};

Status command_generate(Call& call);
Status command_plan(Call& call);
Status command_validate(Call& call);
Status command_info(Call& call);
Status command_preview(Call& call);
Status command_convert(Call& call);
Status command_process(Call& call);
Status command_check(Call& call);
Status command_repair(Call& call);

/// Prints what `pantile info` without a path prints of the program.
void print_program(const Backend& backend, Environment& environment);

/// "<name>-YYYYMMDD-HHMMSS" unless a folder was given.
void name_default_folder(Call& call);

}  // namespace pantile::cli
