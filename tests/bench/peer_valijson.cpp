// peer_valijson DIR SECONDS -- valijson on the workloads of DIR: the lines of tests/bench/schema.c
// (NAME, ns valid, ns invalid, us per compilation).  rapidjson is its fastest adapter of those in
// Debian; it has none for jansson.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

#include <rapidjson/document.h>
#include <valijson/adapters/rapidjson_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/utils/rapidjson_utils.hpp>
#include <valijson/validator.hpp>

using valijson::adapters::RapidJsonAdapter;

static double now()
{
	using namespace std::chrono;
	return static_cast<double>(duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count());
}

// The best of the rounds that fit, in ns for one.
template <class Work> static double best(double seconds, Work work)
{
	const double round_ns = 1e6, end = now() + seconds * 1e9;
	double found = std::numeric_limits<double>::infinity();
	long n = 1;

	for (int round = 0; round < 5 || now() < end; round++) {
		const double start = now();
		for (long i = 0; i < n; i++)
			work();
		const double took = (now() - start) / static_cast<double>(n);
		if (took < found)
			found = took;
		n = static_cast<long>(round_ns / found) + 1;
	}
	return found;
}

static void load(rapidjson::Document &doc, const std::string &path)
{
	if (!valijson::utils::loadDocument(path, doc)) {
		std::fprintf(stderr, "peer_valijson: %s\n", path.c_str());
		std::exit(5);
	}
}

static void compile(const rapidjson::Document &doc, valijson::Schema &schema)
{
	valijson::SchemaParser parser;
	parser.populateSchema(RapidJsonAdapter(doc), schema);
}

static void run(const std::string &dir, const std::string &name, double seconds)
{
	rapidjson::Document doc, valid, invalid;
	load(doc, dir + "/" + name + ".schema.json");
	load(valid, dir + "/" + name + ".valid.json");
	load(invalid, dir + "/" + name + ".invalid.json");

	valijson::Schema schema;
	compile(doc, schema);
	valijson::Validator validator;
	const RapidJsonAdapter good(valid), bad(invalid);
	const auto expect = [&](const RapidJsonAdapter &value, bool fits) {
		if (validator.validate(schema, value, nullptr) != fits) {
			std::fprintf(stderr, "peer_valijson: %s: wrong verdict\n", name.c_str());
			std::exit(1);
		}
	};
	const double v = best(seconds, [&] { expect(good, true); });
	const double x = best(seconds, [&] { expect(bad, false); });
	const double c = best(seconds, [&] {
		valijson::Schema one;
		compile(doc, one);
	});
	std::printf("%s %.1f %.1f %.1f\n", name.c_str(), v, x, c / 1e3);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		std::fprintf(stderr, "usage: peer_valijson DIR SECONDS\n");
		return 2;
	}
	for (const char *name : {"refund", "review_decision", "sixty_fields"})
		run(argv[1], name, std::strtod(argv[2], nullptr));
	return 0;
}
