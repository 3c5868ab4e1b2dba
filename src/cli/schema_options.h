#pragma once
/// \file
/// The parts of the options' table. Private to the schema.

#include <vector>

#include "cli/schema.h"

namespace pantile::cli {

void add_generate_options(const SchemaNames& names, std::vector<Option>& options);
void add_output_options(std::vector<Option>& options);
void add_file_options(const SchemaNames& names, std::vector<Option>& options);
void add_validate_options(std::vector<Option>& options);
void add_run_options(std::vector<Option>& options);
std::vector<Command> make_commands();

}  // namespace pantile::cli
