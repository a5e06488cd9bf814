package rest

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// source is the address that the request came from; the zero value where it came from within the process. Proxies that are
// trusted say in X-Forwarded-For for whom they ask: each adds at the end, so what stands before the last address that is
// not trusted may be made up.
func (c *call) source() netip.Addr {
	host, _, err := net.SplitHostPort(c.request.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	address, _ := netip.ParseAddr(host)
	address = address.WithZone("").Unmap() // a link-local address comes with the interface
	hops := strings.Split(strings.Join(c.request.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !c.server.trusts(address) {
			break
		}
		before, err := canon.IPAddress(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		address = before
	}
	return address
}

func (s *server) trusts(address netip.Addr) bool {
	return slices.ContainsFunc(s.options.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(address) })
}
