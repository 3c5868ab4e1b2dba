#pragma once
/// \file
/// The tests of parity, for any machine: a program instantiates them with its own.

#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "gpu/function_parity.h"
#include "gpu/gpu_machine.h"
#include "gpu/picture_parity.h"
#include "pantile/generate.h"

namespace pantile::gpu {

/// A machine, and how much is tried on it.
struct TestMachine {
  /// Errors: not_found (there is none: the tests are skipped, and say so).
  Result<GpuMachine> (*open)();
  ArgumentCount arguments;  ///< Of each function.
  PictureSize picture_size;
  std::vector<std::int32_t> picture_tiles_px;  ///< The last for pictures of many samples too.
  std::int64_t job_width = 0, job_height = 0;
  std::int32_t job_tile_px = 0;
};

/// Else GoogleTest writes its bytes, addresses among them, into the name that ctest gives a test.
inline void PrintTo(const TestMachine& machine, std::ostream* out) {
  *out << machine.arguments.random << " arguments each";
}

class Parity : public testing::TestWithParam<TestMachine> {
 protected:
  void SetUp() override {
    auto opened = GetParam().open();
    if (!opened.ok() && opened.error().code() == Code::not_found) {
      GTEST_SKIP() << "not run, it needs a GPU: " << opened.error().message();
    }
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    machine_ = *opened;
    ASSERT_FALSE(machine_.devices.empty());
  }

  GenerateOptions job(std::string formula) const {
    GenerateOptions options;
    options.formula = std::move(formula);
    options.width = GetParam().job_width;
    options.height = GetParam().job_height;
    options.tile_px = GetParam().job_tile_px;
    options.scale = 15 / static_cast<double>(options.width);
    return options;
  }

  GpuMachine machine_;
};

}  // namespace pantile::gpu
