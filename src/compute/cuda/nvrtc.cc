#include "compute/cuda/nvrtc.h"

#include <fmt/format.h>

#include <atomic>
#include <optional>
#include <utility>

#include "compute/cuda/shared_library.h"

namespace pantile::cuda {
namespace {

// The part of nvrtc.h that is used, which has been the same since CUDA 11.1.
using Handle = void*;
using Outcome = int;  // nvrtcResult; 0: well
constexpr int kInvalidOption = 5, kCompilationFailed = 6;

/// What a compilation asks from time to time; after a first yes it must hear nothing else.
struct Cancellation {
  const std::function<bool()>& is_wanted;
  std::atomic<bool> is_sure{false};

  static int ask(void* payload, void*) {
    auto& cancellation = *static_cast<Cancellation*>(payload);
    if (!cancellation.is_sure && cancellation.is_wanted()) cancellation.is_sure = true;
    return cancellation.is_sure ? 1 : 0;
  }
};

std::vector<std::string> names_of(const std::string& path) {
  if (!path.empty()) return {path};
  std::vector<std::string> names;
  for (const char* folder : {"", "/usr/local/cuda/lib64/"}) {
    for (const char* version : {"13", "12"}) {
      names.push_back(fmt::format("{}libnvrtc.so.{}", folder, version));
    }
  }
  return names;
}

/// What SharedLibrary says where none of the usual files is there; of one that is there but does
/// not open, glibc says something else.
std::string all_absent() {
  std::string said;
  for (const std::string& name : names_of("")) {
    said += (said.empty() ? "" : "; ") + name +
            ": cannot open shared object file: No such file or directory";
  }
  return said;
}

}  // namespace

struct Nvrtc::Functions {
  explicit Functions(SharedLibrary opened) : library(std::move(opened)) {}

  Status find_all() {
    PANTILE_TRY(library.find("nvrtcVersion", version));
    PANTILE_TRY(library.find("nvrtcGetErrorString", words));
    PANTILE_TRY(library.find("nvrtcCreateProgram", create));
    PANTILE_TRY(library.find("nvrtcDestroyProgram", destroy));
    PANTILE_TRY(library.find("nvrtcCompileProgram", compile));
    PANTILE_TRY(library.find("nvrtcGetProgramLogSize", log_size));
    PANTILE_TRY(library.find("nvrtcGetProgramLog", log));
    PANTILE_TRY(library.find("nvrtcGetPTXSize", ptx_size));
    PANTILE_TRY(library.find("nvrtcGetPTX", ptx));
    PANTILE_TRY(library.find("nvrtcGetCUBINSize", cubin_size));
    static_cast<void>(library.find("nvrtcSetFlowCallback", set_flow));  // since 12.8
    return library.find("nvrtcGetCUBIN", cubin);
  }

  /// NVRTC looks for its second library by name alone, thus not in its own folder: open it first.
  /// Where that fails the loader may still find it; if not, compile() says so.
  void open_builtins(const std::string& version_words) {
    const std::size_t slash = library.name().rfind('/');
    if (slash == std::string::npos) return;
    const std::string name =
        library.name().substr(0, slash + 1) + "libnvrtc-builtins.so." + version_words;
    if (auto opened = SharedLibrary::open({&name, 1}); opened.ok()) builtins = std::move(*opened);
  }

  std::optional<SharedLibrary> builtins;
  SharedLibrary library;
  Outcome (*version)(int*, int*) = nullptr;
  const char* (*words)(Outcome) = nullptr;
  Outcome (*create)(Handle*, const char*, const char*, int, const char* const*,
                    const char* const*) = nullptr;
  Outcome (*destroy)(Handle*) = nullptr;
  Outcome (*compile)(Handle, int, const char* const*) = nullptr;
  Outcome (*set_flow)(Handle, int (*)(void*, void*), void*) = nullptr;
  Outcome (*log_size)(Handle, std::size_t*) = nullptr;
  Outcome (*log)(Handle, char*) = nullptr;
  Outcome (*ptx_size)(Handle, std::size_t*) = nullptr;
  Outcome (*ptx)(Handle, char*) = nullptr;
  Outcome (*cubin_size)(Handle, std::size_t*) = nullptr;
  Outcome (*cubin)(Handle, char*) = nullptr;
};

Nvrtc::Nvrtc(std::unique_ptr<Functions> functions, std::string version)
    : functions_(std::move(functions)), version_(std::move(version)) {}
Nvrtc::~Nvrtc() = default;

Result<std::shared_ptr<const Nvrtc>> Nvrtc::open(const std::string& path) {
  auto library = SharedLibrary::open(names_of(path));
  if (!library.ok()) {
    if (path.empty() && library.error().message() == all_absent()) {
      return Error(Code::not_found,
                   "no libnvrtc.so.13 or .12 where the loader looks or in /usr/local/cuda/lib64");
    }
    return library.error();
  }
  auto functions = std::make_unique<Functions>(std::move(*library));
  PANTILE_TRY(functions->find_all());
  int major = 0, minor = 0;
  if (functions->version(&major, &minor) != 0) {
    return Error(Code::foreign, functions->library.name() + " does not tell its version");
  }
  const std::string version_words = fmt::format("{}.{}", major, minor);
  functions->open_builtins(version_words);
  return std::shared_ptr<const Nvrtc>(new Nvrtc(std::move(functions), version_words));
}

std::span<const char* const> Nvrtc::options() {
  // cmake/CompileKernel.cmake gives nvcc the same.
  static constexpr const char* kOptions[] = {
      "--std=c++20",      "--fmad=false",    "--ftz=false",      "--prec-div=true",
      "--prec-sqrt=true", "--device-int128", "--split-compile=1"};
  return kOptions;
}

Result<std::string> Nvrtc::compile(const std::string& code, std::span<const HeaderText> headers,
                                   std::string_view architecture, MachineCode kind,
                                   std::span<const char* const> options,
                                   const std::function<bool()>& is_cancelled) const {
  const Functions& f = *functions_;
  Cancellation cancellation{is_cancelled};
  const auto cancelled = [&] { return is_cancelled && Cancellation::ask(&cancellation, {}) != 0; };
  if (cancelled()) return Error(Code::cancelled, "stopped on request");
  std::vector<const char*> names, texts;
  for (const HeaderText& header : headers) {
    names.push_back(header.name);
    texts.push_back(header.text);
  }
  Handle program = nullptr;
  if (const Outcome made = f.create(&program, code.c_str(), "kernel.cu",
                                    static_cast<int>(names.size()), texts.data(), names.data());
      made != 0) {
    return Error(Code::internal, fmt::format("NVRTC {}: {}", version_, f.words(made)));
  }
  const auto destroy = [&](Handle* p) { static_cast<void>(f.destroy(p)); };
  const std::unique_ptr<Handle, decltype(destroy)> owner(&program, destroy);

  const std::string target = fmt::format("--gpu-architecture={}", architecture);
  std::vector<const char*> all{target.c_str()};
  all.insert(all.end(), options.begin(), options.end());
  if (is_cancelled && f.set_flow != nullptr) {
    // Where it fails, the compilation goes on to its end.
    static_cast<void>(f.set_flow(program, &Cancellation::ask, &cancellation));
  }
  const Outcome done = f.compile(program, static_cast<int>(all.size()), all.data());
  if (done == kInvalidOption) {
    return Error(Code::foreign,
                 fmt::format("NVRTC {} does not compile for {}", version_, architecture));
  }
  if (done != 0 && cancellation.is_sure) return Error(Code::cancelled, "stopped on request");
  if (done != 0) {
    std::string log;
    std::size_t bytes = 0;
    if (done == kCompilationFailed && f.log_size(program, &bytes) == 0 && bytes > 0) {
      log.resize(bytes);
      if (f.log(program, log.data()) != 0) log.clear();
      while (!log.empty() && (log.back() == '\0' || log.back() == '\n')) log.pop_back();
    }
    return Error(Code::internal, fmt::format("NVRTC {}: {}: {}", version_, f.words(done), log));
  }
  const auto size = kind == MachineCode::ptx ? f.ptx_size : f.cubin_size;
  const auto get = kind == MachineCode::ptx ? f.ptx : f.cubin;
  std::size_t bytes = 0;
  Outcome got = size(program, &bytes);
  std::string result(bytes, '\0');
  if (got == 0) got = get(program, result.data());
  if (got != 0 || bytes == 0) {
    return Error(Code::internal, fmt::format("NVRTC {} gave no code for {}: {}", version_,
                                             architecture, f.words(got)));
  }
  if (kind == MachineCode::ptx) result.resize(bytes - 1);  // it counts the zero at the end
  return result;
}

}  // namespace pantile::cuda
