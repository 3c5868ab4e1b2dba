// Is a pixel what the formula says?
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <tuple>
#include <vector>

#include "ops/proof/pixel_prover.h"
#include "pipeline/validate/check_log.h"
#include "pipeline/validate/checks.h"
#include "pipeline/validate/pixels.h"
#include "runtime/workers.h"

namespace pantile::validate {
namespace {

using proof::Outcome;
using proof::Verdict;

constexpr std::int64_t kBatch = 64;

struct Tally {
  std::int64_t outcomes[4] = {0, 0, 0, 0};
  std::int64_t values_outside = 0, settled = 0;
  double error = 0, share = 0;
  mpfr_prec_t bits = 0;
  std::vector<ProvenPixel> pixels;

  std::int64_t& count(Outcome outcome) { return outcomes[static_cast<std::size_t>(outcome)]; }
  void add(const Verdict& verdict) {
    ++count(verdict.outcome);
    values_outside += verdict.values_within ? 0 : 1;
    settled += verdict.possible.decided() ? 1 : 0;
    error = std::max(error, verdict.error);
    share = std::max(share, verdict.share_of_bound);
    bits = std::max(bits, verdict.bits);
  }
  void add(const Tally& other) {
    for (std::size_t k = 0; k < 4; ++k) outcomes[k] += other.outcomes[k];
    values_outside += other.values_outside;
    settled += other.settled;
    error = std::max(error, other.error);
    share = std::max(share, other.share);
    bits = std::max(bits, other.bits);
    pixels.insert(pixels.end(), other.pixels.begin(), other.pixels.end());
  }
};

// What is worth showing: the worst first, whatever order the workers found them in.
void keep(std::vector<ProvenPixel>& pixels, std::size_t most) {
  const auto badness = [](const ProvenPixel& p) {
    const auto outcome = static_cast<Outcome>(p.outcome);
    return !p.text.empty()                 ? 0
           : outcome == Outcome::undecided ? 1
           : outcome == Outcome::within    ? 2
                                           : 3;
  };
  const auto key = [&](const ProvenPixel& p) {
    const std::uint64_t scattered =
        chance(static_cast<std::uint64_t>(p.x), static_cast<std::uint64_t>(p.y));
    return std::tuple(badness(p), scattered, p.y, p.x);
  };
  std::ranges::sort(pixels, {}, key);
  if (pixels.size() > most) pixels.resize(most);
}

// The pixel as the job makes it: within the piece of its tile's row that is computed at once.
Result<proof::StoredPixel> render(const Subject& s, std::int64_t x, std::int64_t y) {
  constexpr std::int64_t kPiece = 256;
  const LevelInfo& full = s.source->spec().levels.front();
  const std::int64_t tile = x / s.tile_px * s.tile_px;
  const std::int64_t first = tile + (x - tile) / kPiece * kPiece;
  const std::int64_t last = std::min({first + kPiece, tile + s.tile_px, full.width});
  PANTILE_ASSIGN(const PixelBuffer row, read_pixels(*s.source, {first, y, last, y + 1}, s.cancel));
  proof::StoredPixel pixel{};
  for (int c = 0; c < row.view().channels(); ++c) {
    pixel[static_cast<std::size_t>(c)] =
        number_at(row.view().at(0, x - first, c), row.view().dtype());
  }
  return pixel;
}

// "12 30 4", or "12..13 30 4" where it is not decided.
std::string words_of_range(const proof::StoredRange& range) {
  std::string text;
  if (range.has_real) {
    for (std::size_t c = 0; c < static_cast<std::size_t>(range.channels); ++c) {
      text += (c > 0 ? " " : "") + fmt::format("{:.9g}", range.lo[c]);
      if (range.lo[c] != range.hi[c]) text += fmt::format("..{:.9g}", range.hi[c]);
    }
  }
  if (range.maybe_nan) text += text.empty() ? "NaN" : " or NaN";
  return text;
}

// What is wrong with a pixel; empty: nothing.
std::string fault_of(const proof::StoredPixel& stored, const Verdict& verdict) {
  if (verdict.outcome != Outcome::beyond && verdict.values_within) return {};
  std::string pixel;
  for (std::size_t c = 0; c < static_cast<std::size_t>(verdict.exact.channels); ++c) {
    pixel += (c > 0 ? " " : "") + fmt::format("{:.9g}", stored[c]);
  }
  std::string text = fmt::format("stored {}, exact {}, rounding may give {}", pixel,
                                 words_of_range(verdict.exact), words_of_range(verdict.possible));
  if (!verdict.values_within) text += "; a value of plain code lies outside of its bound";
  return text;
}

Status prove_some(const Subject& s, std::atomic<std::int64_t>& next, std::size_t most_pixels,
                  CheckLog& log, Tally& tally) {
  const proof::RealThread thread;
  proof::PixelProver prover(*s.program, s.image);
  const formula::Frame& frame = s.image.frame;
  for (;;) {
    const std::int64_t begin = next.fetch_add(kBatch);
    if (begin >= s.options.samples) return {};
    if (s.cancel != nullptr && s.cancel->cancelled()) {
      return Error(Code::cancelled, "stopped on request");
    }
    const std::int64_t end = std::min(begin + kBatch, s.options.samples);
    for (std::int64_t k = begin; k < end; ++k) {
      const auto index = 2 * static_cast<std::uint64_t>(k);
      const std::int64_t x = chance_below(s.options.seed, index, frame.width);
      const std::int64_t y = chance_below(s.options.seed, index + 1, frame.height);
      PANTILE_ASSIGN(const proof::StoredPixel pixel, render(s, x, y));
      const Verdict verdict = prover.prove(x, y, pixel);
      tally.add(verdict);
      tally.pixels.push_back({x, y, static_cast<int>(verdict.outcome), fault_of(pixel, verdict)});
    }
    log.progress(end - begin);
    if (tally.pixels.size() > 2 * most_pixels + 1000) keep(tally.pixels, most_pixels);
  }
}

/// A bound so wide that it forbids no colour proves nothing, nor does a pixel left undecided. (A
/// stored value has neighbours within any bound, so that settled colours alone count.)
bool proves(const Subject& s, const Tally& all) {
  const std::int64_t undecided = all.outcomes[static_cast<std::size_t>(Outcome::undecided)];
  if (2 * undecided > s.options.samples) return false;
  return s.image.output != formula::Output::rgb8 || 2 * all.settled >= s.options.samples;
}

std::string sentence_of(const Subject& s, Tally& all) {
  const std::int64_t within = all.count(Outcome::within), beyond = all.count(Outcome::beyond);
  const std::int64_t undecided = all.count(Outcome::undecided);
  const std::string_view type = word_for(s.image.precision);
  std::string text = fmt::format(
      "of {} random pixels of the job, {} differ from arbitrary precision: {} within what the "
      "errors of {} explain, {} beyond; {} are undecided; for {} of them rounding leaves one "
      "colour only; "
      "largest error of a value {:.2g}, {:.2f} of its bound",
      s.options.samples, within + beyond, within, type, beyond, undecided, all.settled, all.error,
      all.share);
  if (s.image.output != formula::Output::rgb8)
    text.replace(text.find("one colour"), 10, "one value");
  if (!proves(s, all)) {
    text += fmt::format(
        "; so the rounding of {} decides most of the picture, and nothing is proven", type);
  }
  if (all.values_outside > 0) {
    text += fmt::format("; of {} pixels a value lies outside its bound", all.values_outside);
  }
  return text;
}

}  // namespace

Result<ValidateCheck> check_proof(const Subject& s, std::size_t most_pixels,
                                  std::vector<ProvenPixel>* pixels) {
  CheckLog log(s, "proof", "px", s.options.samples);
  std::atomic<std::int64_t> next{0};
  const std::size_t kept = std::max(most_pixels, ValidateCheck::kMostPlaces);
  std::vector<Tally> tallies(static_cast<std::size_t>(s.threads));
  PANTILE_TRY(run_workers(s.threads, [&](int worker) {
    return prove_some(s, next, kept, log, tallies[static_cast<std::size_t>(worker)]);
  }));
  Tally all;
  for (const Tally& tally : tallies) all.add(tally);
  keep(all.pixels, kept);
  for (const ProvenPixel& p : all.pixels) {
    if (!p.text.empty()) log.place(true, {p.x, p.y, p.x + 1, p.y + 1}, p.text);
  }
  const std::int64_t within = all.count(Outcome::within), beyond = all.count(Outcome::beyond);
  const std::int64_t undecided = all.count(Outcome::undecided);
  log.number("pixels", s.options.samples);
  log.number("settled", all.settled);
  log.number("differing", within + beyond);
  log.number("within_bound", within);
  log.number("beyond_bound", beyond);
  log.number("undecided", undecided);
  log.number("values_outside_bound", all.values_outside);
  log.number("largest_error", all.error);
  log.number("largest_share_of_bound", all.share);
  log.number("most_bits", static_cast<double>(all.bits));
  if (pixels != nullptr) {
    keep(all.pixels, most_pixels);
    *pixels = std::move(all.pixels);
  }
  return log.finish(beyond == 0 && all.values_outside == 0 && proves(s, all), sentence_of(s, all));
}

}  // namespace pantile::validate
