// Is a pixel what the formula says?
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <tuple>
#include <vector>

#include "ops/proof/pixel_prover.h"
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
  std::int64_t values_outside = 0;
  double error = 0, share = 0;
  mpfr_prec_t bits = 0;
  std::vector<ProvenPixel> pixels;

  std::int64_t& count(Outcome outcome) { return outcomes[static_cast<std::size_t>(outcome)]; }
  void add(const Verdict& verdict) {
    ++count(verdict.outcome);
    values_outside += verdict.values_within ? 0 : 1;
    error = std::max(error, verdict.error);
    share = std::max(share, verdict.share_of_bound);
    bits = std::max(bits, verdict.bits);
  }
  void add(const Tally& other) {
    for (std::size_t k = 0; k < 4; ++k) outcomes[k] += other.outcomes[k];
    values_outside += other.values_outside;
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
    return outcome == Outcome::beyond      ? 0
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

Status prove_some(const Subject& s, std::atomic<std::int64_t>& next, std::size_t most_pixels,
                  Tally& tally) {
  const proof::RealThread thread;
  proof::PixelProver prover(*s.program, s.image);
  const formula::Frame& frame = s.image.frame;
  for (;;) {
    const std::int64_t begin = next.fetch_add(kBatch);
    if (begin >= s.options.samples) return {};
    if (s.cancel != nullptr && s.cancel->cancelled()) {
      return Error(Code::cancelled, "stopped on request");
    }
    for (std::int64_t k = begin; k < std::min(begin + kBatch, s.options.samples); ++k) {
      const auto index = 2 * static_cast<std::uint64_t>(k);
      const std::int64_t x = chance_below(s.options.seed, index, frame.width);
      const std::int64_t y = chance_below(s.options.seed, index + 1, frame.height);
      PANTILE_ASSIGN(const proof::StoredPixel pixel, render(s, x, y));
      const Verdict verdict = prover.prove(x, y, pixel);
      tally.add(verdict);
      tally.pixels.push_back({x, y, static_cast<int>(verdict.outcome)});
    }
    if (tally.pixels.size() > 2 * most_pixels + 1000) keep(tally.pixels, most_pixels);
  }
}

}  // namespace

Result<ValidateCheck> check_proof(const Subject& s, std::size_t most_pixels,
                                  std::vector<ProvenPixel>* pixels) {
  std::atomic<std::int64_t> next{0};
  std::vector<Tally> tallies(static_cast<std::size_t>(s.threads));
  PANTILE_TRY(run_workers(s.threads, [&](int worker) {
    return prove_some(s, next, most_pixels, tallies[static_cast<std::size_t>(worker)]);
  }));
  Tally all;
  for (const Tally& tally : tallies) all.add(tally);
  if (pixels != nullptr) {
    keep(all.pixels, most_pixels);
    *pixels = std::move(all.pixels);
  }
  const std::int64_t within = all.count(Outcome::within), beyond = all.count(Outcome::beyond);
  const std::int64_t undecided = all.count(Outcome::undecided);
  ValidateCheck check;
  check.name = "proof";
  check.passed = beyond == 0 && all.values_outside == 0;
  const std::string_view type = word_for(s.image.precision);
  check.sentence = fmt::format(
      "of {} random pixels of the job, {} differ from arbitrary precision: {} within what the "
      "errors of {} explain, {} beyond; {} undecided; largest error of a value {:.2g}, {:.2f} of "
      "its bound",
      s.options.samples, within + beyond, within, type, beyond, undecided, all.error, all.share);
  if (all.values_outside > 0) {
    check.sentence +=
        fmt::format("; of {} pixels a value lies outside its bound", all.values_outside);
  }
  check.numbers = {{"pixels", static_cast<double>(s.options.samples)},
                   {"differing", static_cast<double>(within + beyond)},
                   {"within_bound", static_cast<double>(within)},
                   {"beyond_bound", static_cast<double>(beyond)},
                   {"undecided", static_cast<double>(undecided)},
                   {"values_outside_bound", static_cast<double>(all.values_outside)},
                   {"largest_error", all.error},
                   {"largest_share_of_bound", all.share},
                   {"most_bits", static_cast<double>(all.bits)}};
  return check;
}

}  // namespace pantile::validate
