#include "ops/formula/sample_engine.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace pantile::formula {
namespace {

// Can a row of packed pixels be written where it belongs?
bool takes_packed_rows(const MutableView& out, int channels) {
  const auto sample = static_cast<std::ptrdiff_t>(dtype_bytes(out.dtype()));
  const Layout& l = out.layout();
  const auto address = reinterpret_cast<std::uintptr_t>(out.data());
  return l.channels == channels && l.col_stride == sample * channels &&
         (channels == 1 || l.channel_stride == sample) && l.row_stride % sample == 0 &&
         address % static_cast<std::uintptr_t>(sample) == 0;
}

// Spreads `n` packed pixels over a row of any strides, starting at channel c0.
void scatter(const std::byte* packed, int packed_channels, int c0, const MutableView& out,
             std::int64_t y, std::int64_t x, std::size_t n) {
  const std::size_t sample = dtype_bytes(out.dtype());
  for (std::size_t k = 0; k < n; ++k) {
    const std::byte* pixel = packed + k * sample * static_cast<std::size_t>(packed_channels);
    for (int c = 0; c < out.channels(); ++c) {
      std::memcpy(out.at(y, x + static_cast<std::int64_t>(k), c),
                  pixel + sample * static_cast<std::size_t>(c0 + c), sample);
    }
  }
}

}  // namespace

template <class T>
SampleEngine<T>::SampleEngine(const Program& program, const FormulaImage& image,
                              const math::Kernels<T>& kernels, const ColourKernels<T>& colour)
    : image_(image),
      is_colour_(program.is_colour()),
      evaluator_(program, kernels),
      mapper_(*find_colormap(image.colormap), image.lo, image.hi, image.nan, image.neg_inf,
              image.pos_inf, colour),
      colour_(&colour) {}

template <class T> std::int64_t SampleEngine<T>::scratch_bytes() const {
  return evaluator_.scratch_bytes() + static_cast<std::int64_t>(sizeof(Scratch));
}

template <class T>
std::unique_ptr<typename SampleEngine<T>::Scratch> SampleEngine<T>::take() const {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto scratch = std::move(idle_.back());
      idle_.pop_back();
      return scratch;
    }
  }
  return std::make_unique<Scratch>(evaluator_.make_scratch());
}

template <class T> void SampleEngine<T>::give_back(std::unique_ptr<Scratch> scratch) const {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(scratch));
}

// Inputs of samples first … first + n − 1 along an axis, counted through the whole picture.
template <class T>
typename Evaluator<T>::Axis SampleEngine<T>::fill_axis(Scratch& s, bool rows, std::int64_t first,
                                                       std::size_t n) const {
  const AxisFrame axis = rows ? y_axis(image_.frame) : x_axis(image_.frame);
  for (std::size_t k = 0; k < n; ++k) {
    const AxisInput<T> in = axis_input<T>(first + static_cast<std::int64_t>(k), axis);
    s.axis[0][k] = in.position;
    s.axis[1][k] = in.index;
    s.axis[2][k] = in.fraction;
  }
  return {s.axis[0], s.axis[1], s.axis[2]};
}

template <class T>
void SampleEngine<T>::colours(Scratch& s, std::size_t n, std::uint8_t* rgb) const {
  if (is_colour_) {
    colour_->direct(evaluator_.output(s.eval, 0), evaluator_.output(s.eval, 1),
                    evaluator_.output(s.eval, 2), image_.nan, rgb, n);
  } else {
    mapper_.map(evaluator_.output(s.eval, 0), rgb, n);
  }
}

template <class T>
void SampleEngine<T>::rgb_pixels(Scratch& s, std::size_t first_row, std::size_t n,
                                 std::uint8_t* rgb) const {
  const auto samples = static_cast<std::size_t>(image_.frame.samples);
  if (samples == 1) {
    evaluator_.evaluate(s.eval, first_row);
    return colours(s, n, rgb);
  }
  std::fill_n(s.count, 3 * n, 0U);
  for (std::size_t k = 0; k < samples; ++k) {
    evaluator_.evaluate(s.eval, first_row + k);
    colours(s, n * samples, s.rgb);
    const std::uint8_t* from = s.rgb;
    for (std::size_t pixel = 0; pixel < n; ++pixel) {
      for (std::size_t i = 0; i < samples; ++i, from += 3) {
        for (std::size_t c = 0; c < 3; ++c) s.count[3 * pixel + c] += from[c];
      }
    }
  }
  const auto all = static_cast<std::uint32_t>(samples * samples);
  for (std::size_t k = 0; k < 3 * n; ++k) {
    rgb[k] = static_cast<std::uint8_t>((s.count[k] + all / 2) / all);
  }
}

template <class T>
void SampleEngine<T>::value_pixels(Scratch& s, std::size_t first_row, std::size_t n,
                                   std::byte* pixels) const {
  const auto samples = static_cast<std::size_t>(image_.frame.samples);
  const T* values = s.mean;
  if (samples == 1) {
    evaluator_.evaluate(s.eval, first_row);
    values = evaluator_.output(s.eval, 0);
  } else {
    std::fill_n(s.sum, n, 0.0);
    std::fill_n(s.count, n, 0U);
    for (std::size_t k = 0; k < samples; ++k) {
      evaluator_.evaluate(s.eval, first_row + k);
      const T* from = evaluator_.output(s.eval, 0);
      for (std::size_t pixel = 0; pixel < n; ++pixel) {
        for (std::size_t i = 0; i < samples; ++i, ++from) {
          if (*from != *from) continue;
          s.sum[pixel] += static_cast<double>(*from);
          ++s.count[pixel];
        }
      }
    }
    for (std::size_t k = 0; k < n; ++k) {
      s.mean[k] = s.count[k] == 0 ? std::numeric_limits<T>::quiet_NaN()
                                  : static_cast<T>(s.sum[k] / s.count[k]);
    }
  }
  if (image_.output == Output::value_u16) {
    pack_u16(values, image_.lo, image_.hi, reinterpret_cast<std::uint16_t*>(pixels), n);
  } else {
    pack_f32(values, reinterpret_cast<float*>(pixels), n);
  }
}

template <class T>
Status SampleEngine<T>::read(const Region& region, MutableView out, ReadContext& ctx) const {
  const bool rgb = image_.output == Output::rgb8;
  const int channels = rgb ? 3 : 1;
  const bool direct = takes_packed_rows(out, channels);
  const auto samples = static_cast<std::int64_t>(image_.frame.samples);
  const std::int64_t piece_px = static_cast<std::int64_t>(kColumns) / samples;
  const std::int64_t band_px = static_cast<std::int64_t>(Eval::kRows) / samples;
  const Rect& rect = region.rect;

  std::unique_ptr<Scratch> scratch = take();
  Scratch& s = *scratch;
  for (std::int64_t y = rect.y0; y < rect.y1; y += band_px) {
    if (ctx.cancelled()) {
      give_back(std::move(scratch));
      return Error(Code::cancelled, "rendering was stopped");
    }
    const std::int64_t rows = std::min(band_px, rect.y1 - y);
    const auto sample_rows = static_cast<std::size_t>(rows * samples);
    evaluator_.set_rows(s.eval, fill_axis(s, true, y * samples, sample_rows), sample_rows);
    for (std::int64_t x = rect.x0; x < rect.x1; x += piece_px) {
      const auto n = static_cast<std::size_t>(std::min(piece_px, rect.x1 - x));
      const std::size_t sample_columns = n * static_cast<std::size_t>(samples);
      evaluator_.set_columns(s.eval, fill_axis(s, false, x * samples, sample_columns),
                             sample_columns);
      for (std::int64_t row = 0; row < rows; ++row) {
        const std::int64_t out_y = y - rect.y0 + row, out_x = x - rect.x0;
        std::byte* pixels = direct ? out.at(out_y, out_x) : s.pixels;
        const auto first_row = static_cast<std::size_t>(row * samples);
        if (rgb) {
          rgb_pixels(s, first_row, n, reinterpret_cast<std::uint8_t*>(pixels));
        } else {
          value_pixels(s, first_row, n, pixels);
        }
        if (!direct) scatter(s.pixels, channels, region.c0, out, out_y, out_x, n);
      }
    }
  }
  give_back(std::move(scratch));
  return {};
}

template class SampleEngine<double>;
template class SampleEngine<float>;

}  // namespace pantile::formula
