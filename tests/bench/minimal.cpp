// minimal: the smallest C++ program a person would write; the yardstick of start-up.
#include <iostream>

int main() { std::cout << "hello\n"; }
