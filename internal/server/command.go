package server

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dns"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/relay"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
)

const usage = `Usage: terraform-provider-msp reference-server [flags]

Runs the reference server: the API that the provider talks to, with real storage and real rules. The contract is
served at /openapi.yaml, readiness at /readyz, metrics at /metrics.

  --listen ADDRESS         where to listen (default 127.0.0.1:8080; port 0 picks a free one). The address in use is
                           printed on standard output as one line, "listening on http://ADDRESS".
  --database URL           where the data is: sqlite:FILE (default sqlite:msp-reference.db, in the working directory),
                           or postgres://USER@HOST/DATABASE, which any number of servers may share. The password is
                           better given as PGPASSWORD, or in the file that PGPASSFILE names, than in the URL.
  --seed FILE              JSON file with what a fresh database starts with: partners, API clients, customers. Applied
                           once; starting again with the same file changes nothing.
  --secret-key-file FILE   keys that encrypt the secrets of directories in the database: one a line, 32 bytes in base64
                           ("openssl rand -base64 32"), readable by its owner alone. The first one seals, all of them
                           open: put a new one in front; on several servers, behind the others first. Without the
                           file the server refuses to store such a secret.
  --directory-ca-file FILE  certificates of authorities, PEM, that directories with the encryption strict may have theirs
                           from, besides those that the system trusts
  --directory-endpoints FILE  JSON file with other places of the APIs of Microsoft and Google than theirs, such as
                           {"azure_gcc_high": {"login": "https://...", "graph": "https://..."},
                           "google": {"token": "https://...", "directory": "https://..."}}, for stand-ins and gateways
  --directory-sync-every DURATION  how often directories are synchronized by themselves (default 1h)
  --directory-max-disable-percent N  which share of a directory's users one synchronization may disable, 1 to 100 (default
                           20; three users always). One that would disable more changes nobody.
  --smtp HOST:PORT         mail relay to hand outgoing mail to. Without one, mail waits in the outbox until a server has
                           one; invitations, whose passwords are made up when they are sent, can't be used until then.
  --smtp-from ADDRESS      sender of all mail, as in "Partner Portal <portal@msp.example>"; needed with --smtp
  --smtp-user NAME         whom to sign in to the relay as (default: nobody)
  --smtp-password-file FILE  the user's password; it is read for each session
  --smtp-tls MODE          starttls, tls (from the first byte on) or none (default: none for a relay on a loopback
                           address, where alone it is allowed, starttls for any other)
  --smtp-ca-file FILE      certificates to judge the relay's by, PEM (default: the system's)
  --token-ttl DURATION     how long an access token lives (default 15m)
  --rate-limit RATE[:BURST]  requests per second for each API client, and how many at once (default: no limit)
  --dns-resolver HOST:PORT  DNS server to ask for the records that validate domains (default: those of /etc/resolv.conf)
  --validation-host HOST   what CNAME records that validate domains point at (default
                           domain-validation.msp-portal.example); it does not have to exist
  --tls-cert FILE          certificate chain to serve https with, PEM
  --tls-key FILE           its private key, PEM
  --insecure-http          allow plain http on other than loopback addresses. Tokens and secrets then cross the
                           network readable; only for a listener behind a proxy that speaks https.
  --trusted-proxies LIST   addresses and CIDR ranges, with commas, of proxies and load balancers in front: their
                           X-Forwarded-For tells where a sign-in to a customer comes from (default: none are)
  --log-level LEVEL        debug, info, warn or error (default info); the log goes to standard error as JSON lines
  --shutdown-delay DURATION  on SIGINT or SIGTERM, how long to go on while /readyz says no, so that a load balancer
                           notices (default 0s)
  --shutdown-grace DURATION  then, how long running requests may take to end (default 30s)
  --unsafe-faults FILE     for tests of clients only: JSON file with failures to happen. Refused unless the server
                           listens on a loopback address and the database is a file.

The exit status is 0 after a stop by signal, 1 after a failure, 2 for wrong flags.
`

// settings are what the flags say.
type settings struct {
	options       Options
	listen        string
	tlsCert       string
	tlsKey        string
	insecureHTTP  bool
	logLevel      slog.Level
	shutdownDelay time.Duration
	shutdownGrace time.Duration
	faultsFile    string
	secretKeyFile string
	directoryCA   string
	directoryAPIs string
	smtp          relay.Options
}

// Command runs the reference server until ctx ends or a signal says stop, and answers the exit status. A second signal
// ends the process at once.
func Command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parseFlags(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "reference-server: %v\nRun it with -h to see all flags.\n", err)
		return 2
	}
	s.options.Logger = slog.New(slog.NewJSONHandler(stderr, &slog.HandlerOptions{Level: s.logLevel}))
	stopping, restore := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer restore()
	context.AfterFunc(stopping, restore)
	if err := s.run(stopping, stdout); err != nil {
		fmt.Fprintf(stderr, "reference-server: %v\n", err)
		return 1
	}
	return 0
}

func parseFlags(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("reference-server", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // Command prints errors and help
	flags.StringVar(&s.listen, "listen", "127.0.0.1:8080", "")
	flags.StringVar(&s.options.Database, "database", "sqlite:msp-reference.db", "")
	flags.StringVar(&s.options.SeedFile, "seed", "", "")
	flags.StringVar(&s.secretKeyFile, "secret-key-file", "", "")
	flags.StringVar(&s.directoryCA, "directory-ca-file", "", "")
	flags.StringVar(&s.directoryAPIs, "directory-endpoints", "", "")
	flags.DurationVar(&s.options.DirectorySync.Every, "directory-sync-every", time.Hour, "")
	flags.IntVar(&s.options.DirectorySync.MaxDisablePercent, "directory-max-disable-percent", 20, "")
	flags.StringVar(&s.smtp.Address, "smtp", "", "")
	flags.StringVar(&s.smtp.From, "smtp-from", "", "")
	flags.StringVar(&s.smtp.User, "smtp-user", "", "")
	flags.StringVar(&s.smtp.PasswordFile, "smtp-password-file", "", "")
	flags.StringVar((*string)(&s.smtp.Encryption), "smtp-tls", "", "")
	flags.StringVar(&s.smtp.CAFile, "smtp-ca-file", "", "")
	flags.DurationVar(&s.options.TokenTTL, "token-ttl", 15*time.Minute, "")
	flags.Func("rate-limit", "", func(text string) (err error) {
		s.options.RateLimit, err = parseRateLimit(text)
		return err
	})
	flags.Func("trusted-proxies", "", func(text string) (err error) {
		s.options.TrustedProxies, err = parseProxies(text)
		return err
	})
	flags.StringVar(&s.options.DNSResolver, "dns-resolver", "", "")
	flags.StringVar(&s.options.ValidationHost, "validation-host", domain.DefaultValidationHost, "")
	flags.StringVar(&s.tlsCert, "tls-cert", "", "")
	flags.StringVar(&s.tlsKey, "tls-key", "", "")
	flags.BoolVar(&s.insecureHTTP, "insecure-http", false, "")
	flags.TextVar(&s.logLevel, "log-level", slog.LevelInfo, "")
	flags.DurationVar(&s.shutdownDelay, "shutdown-delay", 0, "")
	flags.DurationVar(&s.shutdownGrace, "shutdown-grace", 30*time.Second, "")
	flags.StringVar(&s.faultsFile, "unsafe-faults", "", "")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return s, errors.Join(s.check(), s.checkDNS())
}

// parseProxies reads addresses and CIDR ranges, separated by commas.
func parseProxies(text string) ([]netip.Prefix, error) {
	var proxies []netip.Prefix
	for one := range strings.SplitSeq(text, ",") {
		canonical, err := canon.IPRange(strings.TrimSpace(one))
		if err != nil {
			return nil, err
		}
		if address, err := netip.ParseAddr(canonical); err == nil {
			proxies = append(proxies, netip.PrefixFrom(address, address.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(canonical)
		if err != nil {
			return nil, err
		}
		proxies = append(proxies, prefix)
	}
	return proxies, nil
}

func (s settings) checkDNS() error {
	if _, err := dns.New(s.options.DNSResolver); err != nil {
		return fmt.Errorf("--dns-resolver: %w", err)
	}
	if _, err := canon.Domain(s.options.ValidationHost); err != nil {
		return fmt.Errorf("--validation-host: %w", err)
	}
	return nil
}

func (s settings) check() error {
	loopback, err := isLoopback(s.listen)
	tls := s.tlsCert != "" || s.tlsKey != ""
	switch {
	case err != nil:
		return fmt.Errorf("--listen: %w", err)
	case (s.tlsCert == "") != (s.tlsKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case tls && s.insecureHTTP:
		return errors.New("--insecure-http contradicts --tls-cert")
	case !loopback && !tls && !s.insecureHTTP:
		return fmt.Errorf("refusing to serve plain http on %s: client secrets and access tokens would cross the network readable. "+
			"Give --tls-cert and --tls-key, listen on 127.0.0.1, or, behind a proxy that speaks https, say --insecure-http", s.listen)
	case s.faultsFile != "" && (!loopback || !strings.HasPrefix(s.options.Database, "sqlite:")):
		return errors.New("refusing --unsafe-faults: it loses answers and lies about data on purpose, so it is only for a throw-away server: " +
			"a loopback address and an sqlite: database")
	case s.options.DirectorySync.Every <= 0:
		return errors.New("--directory-sync-every must be longer than 0")
	case s.options.DirectorySync.MaxDisablePercent < 1 || s.options.DirectorySync.MaxDisablePercent > 100:
		return errors.New("--directory-max-disable-percent must be from 1 to 100")
	case s.smtp.Address == "" && s.smtp != relay.Options{}:
		return errors.New("the flags that begin with --smtp- want --smtp, the relay that they are about")
	case s.options.TokenTTL <= 0:
		return errors.New("--token-ttl must be longer than 0")
	case s.shutdownDelay < 0 || s.shutdownGrace < 0:
		return errors.New("--shutdown-delay and --shutdown-grace must not be negative")
	}
	return nil
}

// isLoopback tells whether only this machine can reach the address.
func isLoopback(address string) (bool, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false, fmt.Errorf("%q is not of the form host:port", address)
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback(), nil
}

func parseRateLimit(text string) (rest.RateLimit, error) {
	rateText, burstText, hasBurst := strings.Cut(text, ":")
	rate, err := strconv.ParseFloat(rateText, 64)
	if err != nil || rate <= 0 || math.IsInf(rate, 0) {
		return rest.RateLimit{}, errors.New("want requests per second, such as 50 or 50:100")
	}
	limit := rest.RateLimit{PerSecond: rate, Burst: int(math.Ceil(rate))}
	if hasBurst {
		if limit.Burst, err = strconv.Atoi(burstText); err != nil || limit.Burst < 1 {
			return rest.RateLimit{}, errors.New("want a burst of at least 1 behind the colon, such as 50:100")
		}
	}
	return limit, nil
}
