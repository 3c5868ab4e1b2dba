#include "gpu/function_parity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "compute/math/kernels.h"
#include "compute/math/test_arguments.h"
#include "ops/formula/gpu/kernel_headers.h"

namespace pantile::gpu {
namespace {

/// Most numbers that are compared at a time.
constexpr std::size_t kMostPiece = std::size_t{1} << 20;
static_assert(kMostPiece % math::kAlignElements == 0);

std::size_t arity(const Function& f) { return f.index() + 1; }

template <class T>
void on_cpu(const Function& f, const std::vector<T> (&in)[3], std::vector<T>& out) {
  const math::Kernels<T>& kernels = math::kernels<T>();
  const std::size_t n = out.size();
  if (arity(f) == 1) kernels.unary[number_of(f)](in[0].data(), out.data(), n);
  if (arity(f) == 2) kernels.binary[number_of(f)](in[0].data(), in[1].data(), out.data(), n);
  if (arity(f) == 3) {
    kernels.ternary[number_of(f)](in[0].data(), in[1].data(), in[2].data(), out.data(), n);
  }
}

/// Fills piece after piece: special values in every combination (of three, each `triple_step`th),
/// then random ones.
template <class T> class Arguments {
 public:
  Arguments(std::size_t arity, std::uint64_t seed, std::int64_t triple_step)
      : arity_(arity),
        step_(arity == 3 ? static_cast<std::size_t>(triple_step) : 1),
        random_(seed) {
    all_ = 1;
    for (std::size_t k = 0; k < arity; ++k) all_ *= special_.size();
    all_ = (all_ + step_ - 1) / step_;
  }
  /// Where special values end.
  std::int64_t special() const { return static_cast<std::int64_t>(all_); }

  void next(std::vector<T> (&in)[3]) {
    for (std::size_t i = 0; i < in[0].size(); ++i, ++at_) {
      if (at_ < all_) {
        std::size_t combination = at_ * step_;
        for (std::size_t k = 0; k < arity_; ++k, combination /= special_.size()) {
          in[k][i] = special_[combination % special_.size()];
        }
      } else {
        for (std::size_t k = 0; k < arity_; ++k) {
          in[k][i] = math::random_value<T>(random_, random_() % 8);
        }
      }
    }
  }

 private:
  const std::size_t arity_, step_;
  const std::vector<T> special_ = math::special_values<T>();
  std::size_t all_ = 0, at_ = 0;
  std::mt19937_64 random_;
};

/// The device's arrays, and the host's beside them.
template <class T> class OnDevice {
 public:
  static Result<OnDevice> make(const Function& f, const std::shared_ptr<const cuda::Device>& device,
                               cuda::KernelCompiler& compiler, std::size_t piece) {
    PANTILE_ASSIGN(const std::string code,
                   compiler.compile(function_text<T>(f), formula::kernel_headers(),
                                    device->facts().architecture()));
    PANTILE_ASSIGN(cuda::Module module, cuda::Module::load(device, code));
    PANTILE_ASSIGN(const auto kernel, module.kernel(kFunctionKernel.data(), 0));
    PANTILE_ASSIGN(cuda::Stream stream, cuda::Stream::make(device));
    OnDevice made(std::move(module), kernel, std::move(stream));
    const auto bytes = static_cast<std::int64_t>(piece * sizeof(T));
    for (std::size_t k = 0; k < 4; ++k) {
      PANTILE_ASSIGN(made.memory_[k], cuda::DeviceMemory::take(device, bytes));
      PANTILE_ASSIGN(made.pinned_[k], cuda::PinnedMemory::take(device, bytes));
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

template <class T>
Result<FunctionParity> compare_function(const Function& f,
                                        const std::shared_ptr<const cuda::Device>& device,
                                        cuda::KernelCompiler& compiler,
                                        const ArgumentCount& count) {
  Arguments<T> arguments(arity(f), 1 + number_of(f), count.triple_step);
  const std::int64_t all = count.random + arguments.special();
  constexpr std::size_t kAlign = math::kAlignElements;
  const std::size_t piece =
      std::min(kMostPiece, (static_cast<std::size_t>(all) + kAlign - 1) / kAlign * kAlign);
  PANTILE_ASSIGN(auto gpu, OnDevice<T>::make(f, device, compiler, piece));
  std::vector<T> in[3] = {std::vector<T>(piece), std::vector<T>(piece), std::vector<T>(piece)};
  std::vector<T> cpu(piece), got(piece);
  FunctionParity parity;
  while (parity.compared < all) {
    arguments.next(in);
    on_cpu(f, in, cpu);
    PANTILE_TRY(gpu.run(in, arity(f), got));
    for (std::size_t i = 0; i < piece; ++i) {
      if (math::bits_of(cpu[i]) == math::bits_of(got[i])) continue;
      if (parity.different++ == 0) {
        std::string values = fmt::format("{:a}", in[0][i]);
        for (std::size_t k = 1; k < arity(f); ++k) values += fmt::format(", {:a}", in[k][i]);
        parity.first = fmt::format("{}({}): CPU {:a} ({:x}), GPU {:a} ({:x})", name_of(f), values,
                                   cpu[i], math::bits_of(cpu[i]), got[i], math::bits_of(got[i]));
      }
    }
    parity.compared += static_cast<std::int64_t>(piece);
  }
  return parity;
}

template Result<FunctionParity> compare_function<double>(const Function&,
                                                         const std::shared_ptr<const cuda::Device>&,
                                                         cuda::KernelCompiler&,
                                                         const ArgumentCount&);
template Result<FunctionParity> compare_function<float>(const Function&,
                                                        const std::shared_ptr<const cuda::Device>&,
                                                        cuda::KernelCompiler&,
                                                        const ArgumentCount&);

}  // namespace pantile::gpu
