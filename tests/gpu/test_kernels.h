#pragma once
/// \file
/// What the tests of this folder run on a GPU.

#include <set>
#include <string>

#include "gpu/picture_parity.h"

namespace pantile::gpu {

/// The text that `picture` is drawn by.
std::string text_of(const Picture& picture);
/// Every text that is compiled for the tests: functions, pictures and jobs.
std::set<std::string> texts_of_the_tests();

}  // namespace pantile::gpu
