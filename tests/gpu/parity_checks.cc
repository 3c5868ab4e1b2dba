#include "gpu/parity_checks.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "contract/temporary_folder.h"
#include "support/folder_files.h"

namespace pantile::gpu {
namespace {

using Files = std::map<std::string, std::string>;

/// The first file that is not the same: its name, and the first byte. Empty: none.
std::string first_difference(const Files& expected, const Files& found) {
  for (const auto& [name, bytes] : expected) {
    const auto at = found.find(name);
    if (at == found.end()) return name + " is missing";
    if (at->second == bytes) continue;
    const auto [there, here] =
        std::mismatch(bytes.begin(), bytes.end(), at->second.begin(), at->second.end());
    return name + " differs from byte " + std::to_string(there - bytes.begin()) + " on";
  }
  for (const auto& [name, bytes] : found) {
    if (!expected.contains(name)) return name + " is there too";
  }
  return "";
}

}  // namespace

template <class T>
void expect_same_functions(const GpuMachine& machine, std::size_t group,
                           const ArgumentCount& count) {
  for (const auto& device : machine.devices) {
    for (const Function& f : all_functions()) {
      if (f.index() != group) continue;
      const auto parity = compare_function<T>(f, device, *machine.compiler, count);
      ASSERT_TRUE(parity.ok()) << name_of(f) << ": " << parity.error().message();
      EXPECT_GT(parity->compared, count.random);
      EXPECT_EQ(parity->different, 0) << "of " << parity->compared << ": " << parity->first;
    }
  }
}
template void expect_same_functions<double>(const GpuMachine&, std::size_t, const ArgumentCount&);
template void expect_same_functions<float>(const GpuMachine&, std::size_t, const ArgumentCount&);

void expect_same_picture(const GpuMachine& machine, const Picture& picture, std::int32_t tile_px) {
  for (const auto& device : machine.devices) {
    const auto parity = compare_picture(picture, device, *machine.compiler, tile_px);
    ASSERT_TRUE(parity.ok()) << picture.words() << ": " << parity.error().message();
    EXPECT_GT(parity->compared, 0) << picture.words();
    EXPECT_EQ(parity->different, 0) << picture.words() << ": " << parity->first;
  }
}

void expect_same_jobs(const GpuMachine& machine, GenerateOptions options) {
  const contract::TemporaryFolder folder;
  RunOptions run;
  run.cuda = machine.places;
  Files by_cpu;
  for (const auto& [words, kind] : {std::pair("cpu", Device::cpu), std::pair("cuda", Device::cuda),
                                    std::pair("hybrid", Device::hybrid)}) {
    options.out = folder.path() + "/" + words;
    run.device = {kind, {}};
    const auto done = run_generate(options, run);
    ASSERT_TRUE(done.ok()) << words << ": " << done.error().message();
    if (kind == Device::cpu) {
      by_cpu = files_in(options.out);
      continue;
    }
    EXPECT_EQ(done->devices.size(), machine.devices.size());
    std::int64_t by_gpus = 0;
    for (const DeviceSummary& device : done->devices) {
      EXPECT_EQ(device.lost, "");
      by_gpus += device.pixels;
    }
    if (kind == Device::cuda) {
      EXPECT_EQ(by_gpus, options.width * options.height);
    }
    EXPECT_EQ(first_difference(by_cpu, files_in(options.out)), "")
        << words << " of " << options.formula;
  }
}

}  // namespace pantile::gpu
