#include "arrays.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace pantile::python {
namespace {

nb::dlpack::dtype array_type(DType type) {
  using Code = nb::dlpack::dtype_code;
  const auto bits = static_cast<std::uint8_t>(8 * dtype_bytes(type));
  Code code = Code::UInt;
  if (dtype_is_float(type)) code = Code::Float;
  if (type == DType::i8 || type == DType::i16 || type == DType::i32 || type == DType::i64) {
    code = Code::Int;
  }
  return {static_cast<std::uint8_t>(code), bits, 1};
}

}  // namespace

DType dtype_of_array(const nb::dlpack::dtype& dtype) {
  constexpr DType kAll[] = {DType::u8,  DType::i8,  DType::u16, DType::i16, DType::u32, DType::i32,
                            DType::u64, DType::i64, DType::f16, DType::f32, DType::f64};
  if (dtype.code == static_cast<std::uint8_t>(nb::dlpack::dtype_code::Bool) && dtype.bits == 8) {
    return DType::u8;
  }
  for (const DType type : kAll) {
    if (array_type(type) == dtype) return type;
  }
  throw nb::type_error("the array's samples are of a type that images do not have: expected bool, "
                       "(u)int8 to 64, float16, float32 or float64");
}

Layout layout_of(const ReadableArray& array, std::string_view axes) {
  if (array.ndim() != axes.size()) {
    throw nb::value_error(("the array has " + std::to_string(array.ndim()) +
                           " dimensions: expected " + std::to_string(axes.size()) + " (" +
                           std::string(axes) + ")")
                              .c_str());
  }
  Layout layout;
  layout.dtype = dtype_of_array(array.dtype());
  const auto sample = static_cast<std::ptrdiff_t>(dtype_bytes(layout.dtype));
  layout.channels = 1;
  layout.channel_stride = sample;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto size = static_cast<std::int64_t>(array.shape(i));
    const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(array.stride(i)) * sample;
    if (axes[i] == 'y') {
      layout.height = size;
      layout.row_stride = stride;
    } else if (axes[i] == 'x') {
      layout.width = size;
      layout.col_stride = stride;
    } else if (axes[i] == 'c') {
      layout.channels = static_cast<int>(size);
      layout.channel_stride = stride;
    }
  }
  return layout;
}

std::pair<std::int64_t, std::ptrdiff_t> planes_along(const ReadableArray& array,
                                                     std::string_view axes, char axis) {
  const std::size_t at = axes.find(axis);
  if (at == std::string_view::npos) return {1, 0};
  const auto sample = static_cast<std::ptrdiff_t>(dtype_bytes(dtype_of_array(array.dtype())));
  return {static_cast<std::int64_t>(array.shape(at)),
          static_cast<std::ptrdiff_t>(array.stride(at)) * sample};
}

namespace {

nb::object array_over(const View& view, std::span<const std::size_t> shape,
                      std::span<const std::int64_t> strides, bool writable) {
  auto* const data = const_cast<std::byte*>(view.data());
  const nb::dlpack::dtype type = array_type(view.dtype());
  // An owner, so that nothing is copied; whose life the caller sees to.
  const nb::object owner = nb::none();
  if (writable) {
    return nb::cast(nb::ndarray<nb::numpy>(data, shape.size(), shape.data(), owner, strides.data(),
                                           type),
                    nb::rv_policy::reference);
  }
  return nb::cast(nb::ndarray<nb::numpy, nb::ro>(data, shape.size(), shape.data(), owner,
                                                 strides.data(), type),
                  nb::rv_policy::reference);
}

}  // namespace

nb::object array_of(const View& view, bool flat, bool writable) {
  const Layout& l = view.layout();
  const auto sample = static_cast<std::int64_t>(dtype_bytes(l.dtype));
  const std::size_t shape[] = {static_cast<std::size_t>(l.channels),
                               static_cast<std::size_t>(l.height),
                               static_cast<std::size_t>(l.width)};
  const std::int64_t strides[] = {l.channel_stride / sample, l.row_stride / sample,
                                  l.col_stride / sample};
  const std::size_t skip = flat && l.channels == 1 ? 1 : 0;
  return array_over(view, std::span(shape).subspan(skip), std::span(strides).subspan(skip),
                    writable);
}

nb::object arrays_of(const View& view, int n, bool flat, bool writable) {
  const Layout& l = view.layout();
  const auto sample = static_cast<std::int64_t>(dtype_bytes(l.dtype));
  const int channels = l.channels / n;
  std::vector<std::size_t> shape{static_cast<std::size_t>(n), static_cast<std::size_t>(channels),
                                 static_cast<std::size_t>(l.height),
                                 static_cast<std::size_t>(l.width)};
  std::vector<std::int64_t> strides{channels * l.channel_stride / sample,
                                    l.channel_stride / sample, l.row_stride / sample,
                                    l.col_stride / sample};
  if (flat && channels == 1) {
    shape.erase(shape.begin() + 1);
    strides.erase(strides.begin() + 1);
  }
  return array_over(view, shape, strides, writable);
}

}  // namespace pantile::python
