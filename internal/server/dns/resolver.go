package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

const (
	// queryTimeout is how long one server has to answer one question.
	queryTimeout = 2 * time.Second
	// rounds is how often each server is asked before it counts as silent.
	rounds = 2
	// maxAliases is how many aliases a name may stand behind.
	maxAliases = 8
	// bufferSize is what arrives over UDP in one piece nearly everywhere; what is larger comes over TCP.
	bufferSize = 1232

	systemConfig = "/etc/resolv.conf"
)

// exchange sends a question to one server, or wherever answers come from.
type exchange func(ctx context.Context, question *dns.Msg, server string) (*dns.Msg, error)

// Resolver asks recursive DNS servers. It implements domain.Resolver.
type Resolver struct {
	servers func() ([]string, error) // host:port of each
	ask     exchange
	timeout time.Duration // of each question to each server
}

var _ domain.Resolver = (*Resolver)(nil)

// New makes a resolver that asks the server at an address, host:port, or for an empty address those of the system
// (/etc/resolv.conf, read for each question, so that changes count at once).
func New(address string) (*Resolver, error) {
	r := &Resolver{servers: systemServers, ask: overNetwork, timeout: queryTimeout}
	if address == "" {
		return r, nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" || port == "" {
		return nil, fmt.Errorf("%q is not of the form host:port", address)
	}
	r.servers = func() ([]string, error) { return []string{address}, nil }
	return r, nil
}

func systemServers() ([]string, error) {
	config, err := dns.ClientConfigFromFile(systemConfig)
	if err != nil {
		return nil, err
	}
	servers := make([]string, len(config.Servers))
	for i, server := range config.Servers {
		servers[i] = net.JoinHostPort(server, config.Port)
	}
	return servers, nil
}

// overNetwork asks over UDP, and over TCP what was too large for that.
func overNetwork(ctx context.Context, question *dns.Msg, server string) (*dns.Msg, error) {
	for _, network := range []string{"udp", "tcp"} {
		client := dns.Client{Net: network, UDPSize: bufferSize}
		reply, _, err := client.ExchangeContext(ctx, question, server)
		if err != nil || !reply.Truncated {
			return reply, err
		}
	}
	return nil, errors.New("the answer is truncated even over TCP")
}

// TXT implements domain.Resolver.
func (r *Resolver) TXT(ctx context.Context, name string) ([]string, error) {
	var texts []string
	for range maxAliases {
		reply, err := r.query(ctx, name, dns.TypeTXT)
		if err != nil {
			return nil, err
		}
		end := followAliases(reply, name)
		for _, record := range reply.Answer {
			if text, ok := record.(*dns.TXT); ok && same(text.Hdr.Name, end) {
				texts = append(texts, strings.Join(text.Txt, ""))
			}
		}
		if same(end, name) || len(texts) > 0 {
			return texts, nil
		}
		name = end // a server that is not recursive leaves the rest to whoever asks
	}
	return nil, &domain.DNSFault{Outcome: domain.CheckServerFailure, Detail: fmt.Sprintf("%s leads over more than %d aliases.", name, maxAliases)}
}

// followAliases answers where the aliases in a reply lead from a name.
func followAliases(reply *dns.Msg, name string) string {
	for range maxAliases {
		target := ""
		for _, record := range reply.Answer {
			if alias, ok := record.(*dns.CNAME); ok && same(alias.Hdr.Name, name) {
				target = alias.Target
			}
		}
		if target == "" {
			break
		}
		name = target
	}
	return name
}

// CNAME implements domain.Resolver.
func (r *Resolver) CNAME(ctx context.Context, name string) (string, error) {
	reply, err := r.query(ctx, name, dns.TypeCNAME)
	if err != nil {
		return "", err
	}
	for _, record := range reply.Answer {
		if alias, ok := record.(*dns.CNAME); ok && same(alias.Hdr.Name, name) {
			return strings.TrimSuffix(alias.Target, "."), nil
		}
	}
	return "", &domain.DNSFault{Outcome: domain.CheckNotFound, Detail: fmt.Sprintf("%s has no CNAME record.", plain(name))}
}

// query asks each server in turn until one gives an answer that says something. The reply is a success.
func (r *Resolver) query(ctx context.Context, name string, kind uint16) (*dns.Msg, error) {
	servers, err := r.servers()
	if err != nil || len(servers) == 0 {
		return nil, &domain.DNSFault{
			Outcome: domain.CheckServerFailure,
			Detail:  "The server of this API knows no DNS resolver: there is none in " + systemConfig + ", and none was given by --dns-resolver.",
		}
	}
	fault := &domain.DNSFault{}
	for range rounds {
		for _, server := range servers {
			reply, err := r.askOne(ctx, name, kind, server)
			if err := ended(ctx); err != nil {
				return nil, err
			}
			if err == nil {
				switch reply.Rcode {
				case dns.RcodeSuccess:
					return reply, nil
				case dns.RcodeNameError:
					return nil, &domain.DNSFault{Outcome: domain.CheckNotFound, Detail: fmt.Sprintf("DNS says that %s does not exist (NXDOMAIN).", plain(name))}
				}
			}
			fault = faultOf(name, reply, err)
		}
	}
	return nil, fault
}

// ended is why nobody waits any more. The network notices a deadline a moment before its context does.
func ended(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

func (r *Resolver) askOne(ctx context.Context, name string, kind uint16, server string) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	question := new(dns.Msg)
	question.SetQuestion(dns.Fqdn(name), kind)
	question.SetEdns0(bufferSize, false)
	reply, err := r.ask(ctx, question, server)
	if err != nil {
		return nil, err
	}
	// The id alone is 16 bits to guess for whoever wants to slip in an answer of his own.
	if !reply.Response || len(reply.Question) != 1 || reply.Question[0].Qtype != kind || !same(reply.Question[0].Name, name) {
		return nil, errors.New("the answer is to another question")
	}
	return reply, nil
}

// faultOf says why there is no answer.
func faultOf(name string, reply *dns.Msg, err error) *domain.DNSFault {
	var network net.Error
	switch {
	case err == nil:
		return &domain.DNSFault{
			Outcome: domain.CheckServerFailure,
			Detail:  fmt.Sprintf("DNS can't tell about %s at present (%s).", plain(name), dns.RcodeToString[reply.Rcode]),
		}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return &domain.DNSFault{Outcome: domain.CheckTimeout, Detail: fmt.Sprintf("DNS did not answer the question for %s in time.", plain(name))}
	default: // its text names addresses of the inside
		return &domain.DNSFault{Outcome: domain.CheckServerFailure, Detail: fmt.Sprintf("DNS could not be asked for %s, or gave no usable answer.", plain(name))}
	}
}

func same(a, b string) bool { return strings.EqualFold(dns.Fqdn(a), dns.Fqdn(b)) }

func plain(name string) string { return strings.TrimSuffix(name, ".") }
