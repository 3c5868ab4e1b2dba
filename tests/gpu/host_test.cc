// The tests of parity on a machine whose GPU is the host: the harness passes where all is right.
#include <set>

#include "gpu/host_machine.h"
#include "gpu/parity_test.h"
#include "gpu/test_kernels.h"

namespace pantile::gpu {
namespace {

TestMachine host_machine() {
  TestMachine machine{&open_host_machine, {1000, 97}, {40, 28}, {14, 16}, 701, 597, 64};
  return machine;
}

INSTANTIATE_TEST_SUITE_P(Host, Parity, testing::Values(host_machine()),
                         [](const auto&) { return "Fake"; });

/// The kernels that are compiled for the archive are those that are tried here, no more, no fewer.
TEST(HostMachine, HasTheKernelsOfTheTests) {
  std::set<std::string> texts;
  for (const auto& [text, code] : host_codes()) texts.insert(text);
  for (const std::string& text : texts_of_the_tests()) {
    EXPECT_TRUE(texts.contains(text)) << "no code of the host for\n" << text;
  }
  EXPECT_EQ(texts.size(), texts_of_the_tests().size());
}

TEST(HostMachine, LeavesOutWhatIsTooOldAndGoesOnWithTheRest) {
  HostMachine host;
  host.control().devices = 2;
  host.control().minor = 0;
  host.control().old_device = 0;
  testing::internal::CaptureStderr();
  {
    const auto machine = host.open();
    ASSERT_TRUE(machine.ok()) << machine.error().message();
    ASSERT_EQ(machine->devices.size(), 1U);
    EXPECT_EQ(machine->devices[0]->facts().ordinal, 1);
  }
  EXPECT_NE(testing::internal::GetCapturedStderr().find("compute capability 7.0"),
            std::string::npos);
  host.control().devices = 1;
  testing::internal::CaptureStderr();
  const auto none = host.open();
  testing::internal::GetCapturedStderr();
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::not_found) << "what needs a GPU is skipped";
}

}  // namespace
}  // namespace pantile::gpu
