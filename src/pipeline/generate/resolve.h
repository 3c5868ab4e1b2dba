#pragma once
/// \file
/// From what a user asked for to what will be done: every default decided, every setting checked.

#include <string>
#include <vector>

#include "ops/formula/formula_source.h"
#include "pantile/generate.h"
#include "pipeline/job/folder_setup.h"

namespace pantile {

/// A generate job with nothing left open.
struct ResolvedGenerate {
  GenerateOptions options;  ///< With scale, range, tile and shard filled in.
  formula::Program program;
  formula::FormulaImage image;
  /// The pixel settings go by flag names; the facts are enough to colour values later.
  FolderJob job;
  std::vector<std::string> notes, warnings;  ///< Of the pixels.
  std::vector<std::string> output_notes;     ///< Of what is written of them.
};

/// Deterministic; writes nothing. Without a range of its own or the user's, the formula is sampled
/// for percentiles. Errors: invalid.
Result<ResolvedGenerate> resolve_generate(const GenerateOptions& options);

/// Tells the notes and warnings of the pixels; the listener may be null.
void tell(const ResolvedGenerate& job, JobListener* listener);

}  // namespace pantile
