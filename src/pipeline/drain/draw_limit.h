#pragma once
/// \file
/// How many workers may draw tiles of their own beside lanes, so that no lane waits for a worker.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace pantile {

/// Lanes bring r tiles a second, each of which keeps a worker busy for e seconds, so that r·e
/// workers have to be free for them at any time: that many are kept from drawing. What is left of
/// the last of them, and its fellows' waiting, is not wasted either: a lane goes on for the time of
/// one more batch before it needs the former one back, T; workers encode a batch in T·r·e /
/// workers, and in what is left of T everybody may draw, if he is back in time. So a drawing is cut
/// into bands of rows, and nobody takes a band that is longer.
///
/// r, e and the time of a row are measured as the drain runs. Measurements may be wrong; so where a
/// lane has had to wait all the same, more workers are kept, and fewer again as it does not. Where
/// encoding binds, that is all of them; where lanes are lost, none.
///
/// Pure: times are seconds of any clock, given by the caller.
class DrawLimit {
 public:
  struct Lane {
    int batch_tiles = 1, batches = 1;  ///< As TileLane's.
  };
  /// `room_tiles`: how many tiles lanes may read while one drawing is under way, before they wait
  /// for it.
  DrawLimit(int workers, std::span<const Lane> lanes, std::int64_t room_tiles);

  /// Before it began a batch, the lane waited so long for workers to give one back.
  void lane_waited(std::size_t lane, double seconds);
  /// `tiles`, begun at `begun_s`, were there at `now_s`, for which the lane's thread waited from
  /// `wait_s` on.
  void lane_read(std::size_t lane, std::int64_t tiles, double begun_s, double wait_s, double now_s);
  void lane_ended(std::size_t lane);
  /// A worker took so long for a lane's tile, from taking it to being free again.
  void encoded(double seconds);
  void drew(std::int64_t rows, double seconds);

  /// Workers that may draw at a time, however long.
  int drawers() const;
  /// Rows that any worker may draw at once, being back in time; 0: none.
  std::int64_t short_rows() const;
  /// Whether lanes would have to wait for a drawing of `rows`, even if all helped: then they are so
  /// much faster that drawing beside them is worth nothing.
  bool is_too_slow(std::int64_t rows) const;

 private:
  struct Pace {
    Lane lane;
    double tile_s = 0;          ///< 0: not known.
    double last_s = 0;          ///< When the last batch was there,
    bool last_is_exact = true;  ///< or before.
    double waited_s = 0;        ///< Since then.
    bool at_work = true;
  };
  /// Workers that lanes keep busy; none: not known yet.
  std::optional<double> busy_workers() const;
  double tiles_per_s() const;

  const double workers_;
  const double room_tiles_;
  std::vector<Pace> lanes_;
  double encode_s_ = 0, row_s_ = 0;  ///< 0: not known.
  double kept_ = 0;                  ///< Workers, beyond what was measured.
};

}  // namespace pantile
