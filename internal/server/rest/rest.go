package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// defaultMaxBody is the contract's limit of a request body, in bytes.
const defaultMaxBody = 1 << 20

// Options of the handler. The zero value is what production wants.
type Options struct {
	Logger    *slog.Logger                // none if nil
	RateLimit RateLimit                   // none if zero
	MaxBody   int64                       // bytes; the contract's limit if zero
	Ready     func(context.Context) error // why requests can't be taken; besides the database's answer, if not nil
	// TrustedProxies are believed what X-Forwarded-For says; none if nil.
	TrustedProxies []netip.Prefix
	Faults         *Faults          // for tests of clients only: failures on purpose
	Now            func() time.Time // what limits go by; time.Now if nil
}

// server answers requests.
type server struct {
	service *domain.Service
	options Options
	logger  *slog.Logger
	limiter *limiter
	guesses *guesses
	metrics *metrics
	byPath  map[string]map[string]*Route // path, method
	actions map[string]map[string]*Route // path of the object, action
}

// New makes the handler that answers every operation of the contract.
func New(service *domain.Service, o Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &server{
		service: service, options: o, logger: o.Logger,
		limiter: newLimiter(o.RateLimit, o.Now), guesses: newGuesses(o.Now), metrics: newMetrics(), byPath: map[string]map[string]*Route{}, actions: map[string]map[string]*Route{},
	}
	for _, route := range Routes() {
		if object, action, ok := route.action(); ok {
			note(s.actions, object, action, &route)
		} else {
			note(s.byPath, route.Path, route.Method, &route)
		}
	}
	mux := http.NewServeMux()
	for pattern, methods := range s.byPath {
		for method, route := range methods {
			mux.Handle(method+" "+pattern, s.orAction(pattern, s.serve(route)))
		}
		mux.Handle(pattern, s.orAction(pattern, s.serve(&Route{Path: pattern, Kind: open, handle: wrongMethod(methods)})))
	}
	unknown := s.serve(&Route{Kind: open, handle: unknownPath})
	mux.Handle("/", unknown)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// ServeMux would redirect a path with empty, "." or ".." segments, and a redirected PUT is easily lost.
		if escaped := r.URL.EscapedPath(); path.Clean(escaped) != escaped {
			unknown(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func note(routes map[string]map[string]*Route, path, name string, route *Route) {
	if routes[path] == nil {
		routes[path] = map[string]*Route{}
	}
	routes[path][name] = route
}

// orAction serves the actions of the object at a path, which ServeMux can't tell from the object: it wants wildcards to be
// whole segments.
func (s *server) orAction(pattern string, object http.HandlerFunc) http.HandlerFunc {
	actions := s.actions[pattern]
	if actions == nil {
		return object
	}
	served := map[string]http.HandlerFunc{}
	refused := map[string]http.HandlerFunc{}
	for action, route := range actions {
		served[action] = s.serve(route)
		refused[action] = s.serve(&Route{Path: route.Path, Kind: open, handle: wrongMethod(map[string]*Route{route.Method: route})})
	}
	wildcard := pattern[strings.LastIndex(pattern, "{")+1 : len(pattern)-1]
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue(wildcard)
		i := max(strings.LastIndexByte(name, ':'), 0)
		route := actions[name[min(i+1, len(name)):]]
		switch {
		case i == 0 || route == nil:
			object(w, r)
		case r.Method != route.Method:
			refused[name[i+1:]](w, r)
		default:
			r.SetPathValue(wildcard, name[:i])
			served[name[i+1:]](w, r)
		}
	}
}

func wrongMethod(methods map[string]*Route) handler {
	allowed := make([]string, 0, len(methods)+1)
	for method := range methods {
		allowed = append(allowed, method)
		if method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	slices.Sort(allowed)
	allow := strings.Join(allowed, ", ")
	return func(_ context.Context, c *call) (answer, error) {
		c.header["Allow"] = allow
		return answer{}, refuse(codeMethodNotAllowed, "This path takes %s.", allow)
	}
}

func unknownPath(context.Context, *call) (answer, error) {
	return answer{}, refuse(domain.CodeNotFound, "There is no such path; /openapi.yaml lists all of them.")
}

// serve answers one route: what surrounds every operation stands here, in order.
func (s *server) serve(route *Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		c := &call{server: s, service: s.service, request: r, writer: w, route: route, id: requestID(r), header: map[string]string{}}
		fault := s.options.Faults.take(route.OperationID)
		fault.wait(r.Context())
		a, instead := fault.instead()
		if !instead {
			a = s.answer(r.Context(), c)
			a = s.options.Faults.stale(fault, c, a)
		}
		maps.Copy(c.header, a.header)
		if a.problem != nil {
			a = a.problem.answer(c.id)
			maps.Copy(c.header, a.header)
		}
		c.header[api.HeaderRequestID] = c.id
		s.metrics.observe(route.OperationID, a.status, time.Since(started))
		s.log(c, a, time.Since(started), fault)
		fault.drop()
		a.write(w, c.header, fault.truncates())
	}
}

// answer turns whatever happens into an answer.
func (s *server) answer(ctx context.Context, c *call) (a answer) {
	defer func() {
		if cause := recover(); cause != nil {
			s.logger.ErrorContext(ctx, "panic", "request_id", c.id, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
			a = answer{problem: asProblem(refuse(codeInternal, internalDetail))}
		}
	}()
	a, err := s.run(ctx, c)
	if err == nil {
		return a
	}
	p := asProblem(err)
	if p.Code == api.ErrorCodeInternal || errors.Is(err, domain.ErrUnavailable) || errors.Is(err, domain.ErrOutcomeUnknown) {
		s.logger.ErrorContext(ctx, "request failed", "request_id", c.id, "operation", c.route.OperationID, "error", err.Error())
	}
	return answer{problem: p}
}

// run takes a call through the steps that it has in common with its kind.
func (s *server) run(ctx context.Context, c *call) (answer, error) {
	if c.route.Kind.open {
		return c.route.handle(ctx, c)
	}
	if err := c.authenticate(ctx); err != nil {
		return answer{}, err
	}
	if err := s.limiter.take(c); err != nil {
		return answer{}, err
	}
	if err := c.parse(); err != nil {
		return answer{}, err
	}
	if c.route.Kind.write {
		return s.write(ctx, c)
	}
	return c.route.handle(ctx, c)
}

// log writes a line a request: never bodies, headers, query strings or paths, which hold addresses of people.
func (s *server) log(c *call, a answer, took time.Duration, fault *Fault) {
	level := slog.LevelInfo
	switch {
	case a.status >= http.StatusInternalServerError:
		level = slog.LevelError
	case c.route.Kind.open:
		level = slog.LevelDebug
	}
	attributes := []slog.Attr{
		slog.String("method", c.request.Method), slog.String("route", c.route.Path), slog.String("operation", c.route.OperationID),
		slog.Int("status", a.status), slog.Duration("duration", took), slog.String("client", c.actor.ClientID), slog.String("request_id", c.id),
	}
	if fault != nil {
		attributes = append(attributes, slog.String("fault", string(fault.Kind)))
	}
	s.logger.LogAttrs(c.request.Context(), level, "request", attributes...)
}
