#pragma once
/// \file
/// In which order, and for which pixels, a program's steps are worth doing.

#include <cstdint>
#include <vector>

#include "ops/formula/program.h"

namespace pantile::formula {

/// The steps of a program, some moved, with masks added. Operands precede their users.
struct Schedule {
  std::vector<Step> steps;
  /// Per step: the step whose value is not 0 in every pixel that needs this one; -1: all do.
  /// Elsewhere the value may be anything, because selections leave it out.
  std::vector<std::int32_t> demand;
  std::vector<std::int32_t> outputs;
};

/// Share of pixels below which it pays to do this operation only where it is needed: packing
/// operands and unpacking results has a price too. 0: never. From bench/generate.
double sparse_limit(const Step& step);

/// True for operations that wait for the divider while the other units idle: quotients. (Roots do
/// without it where vectors are wide.)
bool is_divider_bound(const Step& step);

/// Finds the steps that only some branches of if(…) need. Masks may ask for more pixels than
/// necessary, never for fewer. Divisions come as early as they can, so that what follows can run
/// beside them.
Schedule make_schedule(const Program& program);

}  // namespace pantile::formula
