# wscope_python_tests(<label>): every test_*.py of the calling folder becomes one ctest.
#
# They are whole-binary tests; the binary comes to them as $WSCOPE, the shared helpers as the
# package `support`. Debian's own interpreter, whatever python3 comes first on PATH. One that leaves
# with 77 counts as skipped.
function(wscope_python_tests label)
  wscope_patience(patience 240)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/test_*.py)
  foreach(file ${files})
    get_filename_component(name ${file} NAME_WE)
    string(REGEX REPLACE "^test_" "" name ${name})
    add_test(NAME ${label}.${name} COMMAND /usr/bin/python3 ${file})
    set_tests_properties(${label}.${name} PROPERTIES
      TIMEOUT ${patience}
      SKIP_RETURN_CODE 77
      LABELS ${label}
      ENVIRONMENT "WSCOPE=$<TARGET_FILE:wscope>;WSCOPE_SANITIZED=${WSCOPE_SANITIZE};PYTHONPATH=${PROJECT_SOURCE_DIR}/tests;PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endfunction()
