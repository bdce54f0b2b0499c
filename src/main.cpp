// main — parse, build, run, exit code.
#include "qingdan/cli/cli.h"

int main(int argc, char** argv) { return qingdan::cli::run(argc, argv); }
