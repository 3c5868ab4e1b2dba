// On real GPUs. Without one, everything is skipped and says so.
#include "gpu/parity_test.h"

namespace pantile::gpu {
namespace {

TestMachine real_machine() {
  TestMachine machine{&open_gpu_machine, {10'000'000}, {}, {64, 512}, 5001, 4097, 512};
  return machine;
}

INSTANTIATE_TEST_SUITE_P(Gpu, Parity, testing::Values(real_machine()),
                         [](const auto&) { return "Real"; });

}  // namespace
}  // namespace pantile::gpu
