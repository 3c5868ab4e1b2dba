// What GPUs do: in their own memory, to the host, in whole jobs and beside the CPU.
//
//     pantile_gpu_bench [--size PIXELS] [--work FOLDER] [--device N]
//
// --size: edge of the jobs' pictures, default 131072 (which takes up to 70 GB of disk); --work:
// where they are written (and removed), default: a folder in the system's for temporary files
// (those that encoding alone shall bind lie in /dev/shm, where it has the room);
// --device: which GPU, as `pantile info` counts. Kernels and libraries are found as by the GPU
// tests: PANTILE_CUDA_DRIVER, PANTILE_NVRTC, PANTILE_KERNELS. Exit status: 0: every figure reaches
// what it is to; 1: something failed; 2: an unknown option; 3: a figure missed, or could not be
// judged; 77: there is no GPU.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "generate/device/device_rates.h"
#include "generate/device/job_rates.h"
#include "generate/device/table.h"

namespace pantile::bench {
namespace {

struct Options {
  std::int64_t size = 131072;
  std::string work;
  int device = -1;  ///< -1: the first that can be used.
};

int fail(const std::string& why) {
  std::fprintf(stderr, "pantile_gpu_bench: %s\n", why.c_str());
  return 1;
}

int run(const Options& options) {
  const auto machine = gpu::open_gpu_machine();
  if (!machine.ok()) {
    if (machine.error().code() != Code::not_found) return fail(machine.error().message());
    std::printf("not run, it needs a GPU: %s\n", machine.error().message().c_str());
    return 77;
  }
  const auto found = std::ranges::find_if(machine->devices, [&](const auto& device) {
    return options.device < 0 || device->facts().ordinal == options.device;
  });
  if (found == machine->devices.end()) return fail("there is no such GPU");
  const auto& device = *found;
  std::printf("%s, %s, CUDA %s\n\n", device->facts().name.c_str(),
              device->facts().architecture().c_str(), machine->driver->version().c_str());
  Table table;
  const auto rates = measure_device(*machine, device, table);
  if (!rates.ok()) return fail(rates.error().message());
  JobBench bench;
  bench.size = options.size;
  bench.drawing_size = std::min(options.size / 2, bench.drawing_size);
  bench.folder = options.work + "/pantile_gpu_bench";
  bench.memory_folder = "/dev/shm/pantile_gpu_bench";
  const Status jobs =
      measure_jobs(*machine, device->facts().ordinal, rates->to_host_px_s, bench, table);
  for (const std::string& folder : {bench.folder, bench.memory_folder}) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  if (!jobs.ok()) return fail(jobs.error().message());
  std::printf("\n%s\n", table.sum().c_str());
  return table.is_good() ? 0 : 3;
}

}  // namespace
}  // namespace pantile::bench

int main(int argc, char** argv) {
  pantile::bench::Options options;
  options.work = std::filesystem::temp_directory_path().string();
  for (int i = 1; i < argc; ++i) {
    const bool has_value = i + 1 < argc;
    if (std::strcmp(argv[i], "--size") == 0 && has_value) {
      options.size = std::atoll(argv[++i]);
    } else if (std::strcmp(argv[i], "--work") == 0 && has_value) {
      options.work = argv[++i];
    } else if (std::strcmp(argv[i], "--device") == 0 && has_value) {
      const std::string number = argv[++i];
      if (number.empty() || number.size() > 3 ||
          number.find_first_not_of("0123456789") != std::string::npos) {
        std::fprintf(stderr, "pantile_gpu_bench: --device takes a GPU's number, not '%s'\n",
                     number.c_str());
        return 2;
      }
      options.device = std::atoi(number.c_str());
    } else {
      std::fprintf(stderr,
                   "usage: pantile_gpu_bench [--size PIXELS] [--work FOLDER] [--device N]\n");
      return 2;
    }
  }
  if (options.size < 512 * 8 || options.size % 512 != 0) {
    std::fprintf(stderr, "pantile_gpu_bench: --size has to be a multiple of 512, 4096 or more\n");
    return 2;
  }
  return pantile::bench::run(options);
}
