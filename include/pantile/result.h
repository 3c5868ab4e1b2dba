#pragma once
/// \file
/// Errors are values. A fallible function returns `Result<T>` (or `Status`), never throws across
/// floors, and every caller may prepend context on the way up.

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace pantile {

/// What kind of thing went wrong; decides the program's exit code and the Python exception.
enum class Code : std::uint8_t {
  invalid,        ///< The caller's input is wrong: a flag, a formula, a size.
  not_found,      ///< A named thing is not there.
  foreign,        ///< It is there, but not ours to touch or not in a format we read.
  conflict,       ///< Somebody else holds it, or it belongs to a different job.
  corrupt,        ///< Bytes do not match their checksum or contradict themselves.
  out_of_space,   ///< The disk is, or would be, full.
  out_of_memory,  ///< The budget does not suffice.
  io,             ///< The operating system refused a read, write, sync or rename.
  cancelled,      ///< Stopped on request; what is committed stays and the job can resume.
  internal,       ///< A broken invariant: our fault.
};

/// The code's name as it appears in logs, e.g. "out_of_space".
std::string_view code_name(Code code);

/// One failure: a code and a sentence that names the object, what was expected, what was found.
class [[nodiscard]] Error {
 public:
  Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  Code code() const { return code_; }
  const std::string& message() const { return message_; }

  /// The same error with "`context`: " in front of its message.
  Error with_context(std::string_view context) const {
    return Error(code_, std::string(context) + ": " + message_);
  }

 private:
  Code code_;
  std::string message_;
};

/// A value or an Error. Asking a failed result for its value, or a good one for its error, is a
/// bug, which debug builds assert.
template <class T> class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && { return std::move(value()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

  /// Prepends context when failed; passes a value through untouched.
  Result with_context(std::string_view context) && {
    if (ok()) return std::move(*this);
    return error().with_context(context);
  }

 private:
  std::variant<T, Error> state_;
};

/// Success or an Error.
template <> class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return error_.index() == 0; }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&error_);
  }

  Result with_context(std::string_view context) && {
    if (ok()) return {};
    return error().with_context(context);
  }

 private:
  std::variant<std::monostate, Error> error_;
};

using Status = Result<void>;

}  // namespace pantile

/// Returns the error of `expr` from the enclosing function, if it failed.
#define PANTILE_TRY(expr)                                       \
  do {                                                          \
    if (auto pantile_status_ = (expr); !pantile_status_.ok()) { \
      return pantile_status_.error();                           \
    }                                                           \
  } while (false)

#define PANTILE_CONCAT_INNER_(a, b) a##b
#define PANTILE_CONCAT_(a, b) PANTILE_CONCAT_INNER_(a, b)
// NOLINTBEGIN(bugprone-macro-parentheses): the arguments are a name and a declaration
#define PANTILE_ASSIGN_INNER_(tmp, lhs, expr) \
  auto tmp = (expr);                          \
  if (!tmp.ok()) return tmp.error();          \
  lhs = std::move(tmp).value()
// NOLINTEND(bugprone-macro-parentheses)

/// `PANTILE_ASSIGN(auto x, f());` binds the value of `f()` or returns its error.
#define PANTILE_ASSIGN(lhs, expr) \
  PANTILE_ASSIGN_INNER_(PANTILE_CONCAT_(pantile_result_, __LINE__), lhs, expr)
