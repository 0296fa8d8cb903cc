/* out/http_address.c -- which addresses a request from outside may make us talk to. */
#include "out/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/mem.h"

/* Special-purpose blocks of the IANA registries (RFC 6890 and successors). */
static const struct block4 {
	uint8_t net[4];
	int bits;
} denied4[] = {
    {{0, 0, 0, 0}, 8},      {{10, 0, 0, 0}, 8},     {{100, 64, 0, 0}, 10}, {{127, 0, 0, 0}, 8},
    {{169, 254, 0, 0}, 16}, {{172, 16, 0, 0}, 12},  {{192, 0, 0, 0}, 24},  {{192, 0, 2, 0}, 24},
    {{192, 88, 99, 0}, 24}, {{192, 168, 0, 0}, 16}, {{198, 18, 0, 0}, 15}, {{198, 51, 100, 0}, 24},
    {{203, 0, 113, 0}, 24}, {{224, 0, 0, 0}, 4},    {{240, 0, 0, 0}, 4},
};

/* Within 2000::/3, the only block that is routed at all. */
static const struct block6 {
	uint8_t net[4];
	int bits;
} denied6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23}, /* protocol assignments: Teredo, ORCHID, … */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02, 0x00, 0x00}, 16}, /* 6to4: wraps any IPv4 address */
    {{0x3f, 0xff, 0x00, 0x00}, 20}, /* documentation */
};

static uint32_t word(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* ${bits} is 1..32. */
static int in_block(const uint8_t *addr, const uint8_t net[4], int bits)
{
	return (word(addr) ^ word(net)) >> (32 - bits) == 0;
}

static int public4(const uint8_t *addr)
{
	for (size_t i = 0; i < NITEMS(denied4); i++)
		if (in_block(addr, denied4[i].net, denied4[i].bits))
			return 0;
	return 1;
}

static int public6(const struct in6_addr *addr)
{
	static const uint8_t global[4] = {0x20, 0, 0, 0};

	if (IN6_IS_ADDR_V4MAPPED(addr))
		return public4(addr->s6_addr + 12);
	if (!in_block(addr->s6_addr, global, 3))
		return 0;
	for (size_t i = 0; i < NITEMS(denied6); i++)
		if (in_block(addr->s6_addr, denied6[i].net, denied6[i].bits))
			return 0;
	return 1;
}

int http_address_public(const void *addr)
{
	const struct sockaddr *sa = addr;

	if (sa->sa_family == AF_INET)
		return public4((const uint8_t *)&((const struct sockaddr_in *)addr)->sin_addr);
	if (sa->sa_family == AF_INET6)
		return public6(&((const struct sockaddr_in6 *)addr)->sin6_addr);
	return 0;
}
