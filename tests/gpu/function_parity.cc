#include "gpu/function_parity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "compute/math/kernels.h"
#include "compute/math/test_arguments.h"
#include "ops/formula/kernel_headers.h"

namespace pantile::gpu {
namespace {

/// Numbers that are compared at a time.
constexpr std::size_t kPiece = std::size_t{1} << 20;
static_assert(kPiece % math::kAlignElements == 0);

std::size_t arity(const Function& f) { return f.index() + 1; }

std::size_t number(const Function& f) {
  return std::visit([](auto g) { return static_cast<std::size_t>(g); }, f);
}

template <class T>
void on_cpu(const Function& f, const std::vector<T> (&in)[3], std::vector<T>& out) {
  const math::Kernels<T>& kernels = math::kernels<T>();
  const std::size_t n = out.size();
  if (arity(f) == 1) kernels.unary[number(f)](in[0].data(), out.data(), n);
  if (arity(f) == 2) kernels.binary[number(f)](in[0].data(), in[1].data(), out.data(), n);
  if (arity(f) == 3) {
    kernels.ternary[number(f)](in[0].data(), in[1].data(), in[2].data(), out.data(), n);
  }
}

/// Fills piece after piece: special values first, then random ones.
template <class T> class Arguments {
 public:
  Arguments(std::size_t arity, std::uint64_t seed) : arity_(arity), random_(seed) {
    all_ = 1;
    for (std::size_t k = 0; k < std::min<std::size_t>(arity, 2); ++k) all_ *= special_.size();
  }
  /// Where special values end.
  std::int64_t special() const { return static_cast<std::int64_t>(all_); }

  void next(std::vector<T> (&in)[3]) {
    for (std::size_t i = 0; i < in[0].size(); ++i, ++at_) {
      if (at_ < all_) {
        const std::size_t n = special_.size();
        const std::size_t picks[] = {at_ % n, at_ / n % n, (at_ * 7 + at_ / n * 31) % n};
        for (std::size_t k = 0; k < arity_; ++k) in[k][i] = special_[picks[k]];
      } else {
        for (std::size_t k = 0; k < arity_; ++k) {
          in[k][i] = math::random_value<T>(random_, random_() % 8);
        }
      }
    }
  }

 private:
  const std::size_t arity_;
  const std::vector<T> special_ = math::special_values<T>();
  std::size_t all_ = 0, at_ = 0;
  std::mt19937_64 random_;
};

/// The device's arrays, and the host's beside them.
template <class T> class OnDevice {
 public:
  static Result<OnDevice> make(const Function& f, const std::shared_ptr<const cuda::Device>& device,
                               cuda::KernelCompiler& compiler) {
    PANTILE_ASSIGN(const std::string code,
                   compiler.compile(function_text<T>(f), formula::kernel_headers(),
                                    device->facts().architecture()));
    PANTILE_ASSIGN(cuda::Module module, cuda::Module::load(device, code));
    PANTILE_ASSIGN(const auto kernel, module.kernel("pantile_function", 0));
    PANTILE_ASSIGN(cuda::Stream stream, cuda::Stream::make(device));
    OnDevice made(std::move(module), kernel, std::move(stream));
    for (std::size_t k = 0; k < 4; ++k) {
      PANTILE_ASSIGN(made.memory_[k], cuda::DeviceMemory::take(device, kPiece * sizeof(T)));
      PANTILE_ASSIGN(made.pinned_[k], cuda::PinnedMemory::take(device, kPiece * sizeof(T)));
    }
    return made;
  }

  Status run(const std::vector<T> (&in)[3], std::size_t arity, std::vector<T>& out) {
    const auto bytes = static_cast<std::int64_t>(out.size() * sizeof(T));
    for (std::size_t k = 0; k < arity; ++k) {
      std::memcpy(pinned_[k].data(), in[k].data(), out.size() * sizeof(T));
      PANTILE_TRY(stream_.copy_to_device(memory_[k].address(), pinned_[k].data(), bytes));
    }
    const auto at = [&](std::size_t k) { return reinterpret_cast<void*>(memory_[k].address()); };
    FunctionArrays arrays{at(0), at(1), at(2), at(3)};
    auto n = static_cast<unsigned>(out.size());
    void* arguments[] = {&arrays, &n};
    constexpr unsigned kThreads = 256;
    PANTILE_TRY(stream_.launch(kernel_, {(n + kThreads - 1) / kThreads, 1, 1, kThreads, 0},
                               arguments, "a function"));
    PANTILE_TRY(stream_.copy_to_host(pinned_[3].data(), memory_[3].address(), bytes));
    PANTILE_TRY(stream_.wait());
    std::memcpy(out.data(), pinned_[3].data(), out.size() * sizeof(T));
    return {};
  }

 private:
  OnDevice(cuda::Module module, cuda::api::Function kernel, cuda::Stream stream)
      : module_(std::move(module)), kernel_(kernel), stream_(std::move(stream)) {}
  cuda::Module module_;
  cuda::api::Function kernel_;
  cuda::Stream stream_;
  cuda::DeviceMemory memory_[4];
  cuda::PinnedMemory pinned_[4];
};

}  // namespace

std::vector<Function> all_functions() {
  std::vector<Function> all;
  for (std::size_t k = 0; k < math::kUnaryCount; ++k) all.emplace_back(math::Unary(k));
  for (std::size_t k = 0; k < math::kBinaryCount; ++k) all.emplace_back(math::Binary(k));
  for (std::size_t k = 0; k < math::kTernaryCount; ++k) all.emplace_back(math::Ternary(k));
  return all;
}

std::string name_of(const Function& f) {
  return std::visit([](auto g) { return std::string(math::name(g)); }, f);
}

template <class T> std::string function_text(const Function& f) {
  constexpr const char* kGroups[] = {"Unary", "Binary", "Ternary"};
  std::string arguments = "L::set(static_cast<const T*>(arrays.a)[i])";
  if (arity(f) > 1) arguments += ", L::set(static_cast<const T*>(arrays.b)[i])";
  if (arity(f) > 2) arguments += ", L::set(static_cast<const T*>(arrays.c)[i])";
  return fmt::format(
      "#include \"compute/math/apply-inl.h\"\n"
      "struct FunctionArrays {{ const void* a; const void* b; const void* c; void* out; }};\n"
      "extern \"C\" __global__ void pantile_function(FunctionArrays arrays, unsigned n) {{\n"
      "  using T = {};\n"
      "  using L = pantile::math::scalar::Lane<T>;\n"
      "  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;\n"
      "  if (i >= n) return;\n"
      "  // What is stored of a NaN has no sign and payload, as in the CPU's arrays.\n"
      "  static_cast<T*>(arrays.out)[i] =\n"
      "      pantile::math::scalar::canonical(pantile::math::scalar::apply<\n"
      "          static_cast<pantile::math::{}>({}), T>({})).v;\n"
      "}}\n",
      sizeof(T) == 8 ? "double" : "float", kGroups[f.index()], number(f), arguments);
}

template <class T>
Result<FunctionParity> compare_function(const Function& f,
                                        const std::shared_ptr<const cuda::Device>& device,
                                        cuda::KernelCompiler& compiler, std::int64_t count) {
  PANTILE_ASSIGN(auto gpu, OnDevice<T>::make(f, device, compiler));
  std::vector<T> in[3] = {std::vector<T>(kPiece), std::vector<T>(kPiece), std::vector<T>(kPiece)};
  std::vector<T> cpu(kPiece), got(kPiece);
  Arguments<T> arguments(arity(f), 1 + number(f));
  FunctionParity parity;
  while (parity.compared < count + arguments.special()) {
    arguments.next(in);
    on_cpu(f, in, cpu);
    PANTILE_TRY(gpu.run(in, arity(f), got));
    for (std::size_t i = 0; i < kPiece; ++i) {
      if (math::bits_of(cpu[i]) == math::bits_of(got[i])) continue;
      if (parity.different++ == 0) {
        std::string values = fmt::format("{:a}", in[0][i]);
        for (std::size_t k = 1; k < arity(f); ++k) values += fmt::format(", {:a}", in[k][i]);
        parity.first = fmt::format("{}({}): CPU {:a} ({:x}), GPU {:a} ({:x})", name_of(f), values,
                                   cpu[i], math::bits_of(cpu[i]), got[i], math::bits_of(got[i]));
      }
    }
    parity.compared += kPiece;
  }
  return parity;
}

template std::string function_text<double>(const Function&);
template std::string function_text<float>(const Function&);
template Result<FunctionParity> compare_function<double>(const Function&,
                                                         const std::shared_ptr<const cuda::Device>&,
                                                         cuda::KernelCompiler&, std::int64_t);
template Result<FunctionParity> compare_function<float>(const Function&,
                                                        const std::shared_ptr<const cuda::Device>&,
                                                        cuda::KernelCompiler&, std::int64_t);

}  // namespace pantile::gpu
