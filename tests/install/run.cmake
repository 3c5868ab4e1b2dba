# run(<command…>): must succeed; what it prints is then in `out`. No argument may hold a semicolon.
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGV}: ${code}\n${out}")
  endif()
  set(out "${out}" PARENT_SCOPE)
endfunction()

# libraries_of(<program>): the names of the libraries that it asks for are then in `libraries`.
function(libraries_of program)
  run(readelf -d "${program}")
  string(REPLACE "[" "<" out "${out}")  # a list is not divided within an open bracket
  string(REGEX MATCHALL "\\(NEEDED\\)[^\n]*<[^]]*" libraries "${out}")
  list(TRANSFORM libraries REPLACE ".*<" "")
  if(libraries STREQUAL "")
    message(FATAL_ERROR "${program} asks for no library:\n${out}")
  endif()
  set(libraries ${libraries} PARENT_SCOPE)
endfunction()
