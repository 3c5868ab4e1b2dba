#include "support/fake_nvrtc.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

namespace {

using pantile::testing_cuda::NvrtcControl;
using Outcome = int;
constexpr Outcome kInvalidOption = 5, kCancelled = 16;

struct Program {
  int (*is_cancelled)(void*, void*) = nullptr;
  void* payload = nullptr;
};

NvrtcControl& control() {
  static NvrtcControl c;
  return c;
}

Outcome size_of_code(std::size_t* bytes) {
  *bytes = control().code.size() + 1;
  return 0;
}
Outcome give_code(char* to) {
  std::memcpy(to, control().code.c_str(), control().code.size() + 1);
  return 0;
}

}  // namespace

extern "C" {

NvrtcControl* fake_nvrtc_control() { return &control(); }

Outcome nvrtcVersion(int* major, int* minor) { return *major = 12, *minor = 9, 0; }
const char* nvrtcGetErrorString(Outcome) { return "as told"; }
Outcome nvrtcCreateProgram(Program** program, const char*, const char*, int, const char* const*,
                           const char* const*) {
  return *program = new Program, 0;
}
Outcome nvrtcDestroyProgram(Program** program) {
  delete *program;
  return 0;
}
Outcome nvrtcSetFlowCallback(Program* program, int (*is_cancelled)(void*, void*), void* payload) {
  *program = {is_cancelled, payload};
  return 0;
}
Outcome nvrtcCompileProgram(Program* program, int count, const char* const* options) {
  constexpr std::string_view kArchitecture = "--gpu-architecture=";
  for (int i = 0; i < count; ++i) {
    const std::string_view option = options[i];
    if (!option.starts_with(kArchitecture)) continue;
    const std::string name(option.substr(kArchitecture.size()));
    control().compiled += name + " ";
    if (std::atoi(name.c_str() + name.find('_') + 1) > control().newest) return kInvalidOption;
  }
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::minutes(1);
  while (control().until_cancelled && Clock::now() < end) {
    if (program->is_cancelled != nullptr && program->is_cancelled(program->payload, nullptr) != 0) {
      ++control().cancelled;
      return kCancelled;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return 0;
}
Outcome nvrtcGetProgramLogSize(Program*, std::size_t* bytes) { return *bytes = 0, 0; }
Outcome nvrtcGetProgramLog(Program*, char*) { return 0; }
Outcome nvrtcGetPTXSize(Program*, std::size_t* bytes) { return size_of_code(bytes); }
Outcome nvrtcGetPTX(Program*, char* to) { return give_code(to); }
Outcome nvrtcGetCUBINSize(Program*, std::size_t* bytes) { return size_of_code(bytes); }
Outcome nvrtcGetCUBIN(Program*, char* to) { return give_code(to); }

}  // extern "C"
