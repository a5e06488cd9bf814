package rest

import (
	"crypto/rand"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/strictjson"
)

// call is one request on its way.
type call struct {
	server  *server
	service *domain.Service
	request *http.Request
	writer  http.ResponseWriter
	route   *Route
	id      string            // of the request, in logs and problems
	header  map[string]string // of the answer, whatever it will be
	actor   domain.Actor

	query url.Values
	page  domain.Page
	body  []byte
	key   string              // of idempotency
	match []string            // the revisions that If-Match names
	when  domain.Precondition // what the domain judges of the conditions
}

// parse reads everything of the request that the route's kind takes, and refuses what it does not take.
func (c *call) parse() error {
	if err := c.parseQuery(); err != nil {
		return err
	}
	if !c.route.Kind.write {
		return nil
	}
	if err := c.parseConditions(); err != nil {
		return err
	}
	if err := c.parseKey(); err != nil {
		return err
	}
	if c.route.Kind.body {
		return c.readJSON()
	}
	return nil
}

func (c *call) parseQuery() error {
	var err error
	if c.query, err = url.ParseQuery(c.request.URL.RawQuery); err != nil {
		return refuse(domain.CodeInvalidRequest, "The query string is not well formed.")
	}
	known := c.route.Parameters()
	for name, values := range c.query {
		i := slices.IndexFunc(known, func(p Parameter) bool { return p.Name == name })
		switch {
		case i < 0:
			return refuse(domain.CodeInvalidRequest, "There is no such query parameter here; known: %s.", strings.Join(each(known, func(p Parameter) string { return p.Name }), ", "))
		case len(values) > 1:
			return refuse(domain.CodeInvalidRequest, "Query parameter %s is given %d times; give it once.", name, len(values))
		case !known[i].takes(values[0]):
			return refuse(domain.CodeInvalidRequest, "Query parameter %s must be %s.", name, known[i].want)
		}
	}
	size, _ := strconv.Atoi(c.query.Get("page_size")) // judged above
	c.page = domain.Page{Size: size, Token: c.query.Get("page_token")}
	return nil
}

// path is a value of the path, unescaped.
func (c *call) path(name string) string { return c.request.PathValue(name) }

// mayCall tells whether the caller has one of the scopes that the contract names for the operation.
func (c *call) mayCall() bool {
	return slices.ContainsFunc(c.route.Scopes, func(scope domain.Scope) bool { return slices.Contains(c.actor.Scopes, scope) })
}

// flag is a boolean of the query, nil if it is not given.
func (c *call) flag(name string) *bool {
	if !c.query.Has(name) {
		return nil
	}
	value := c.query.Get(name) == "true"
	return &value
}

// moment is a time of the query, nil if it is not given.
func (c *call) moment(name string) *time.Time {
	value, err := time.Parse(time.RFC3339, c.query.Get(name))
	if err != nil {
		return nil // not given: parseQuery judged what is
	}
	return &value
}

func (c *call) parseKey() error {
	keys := c.request.Header.Values(api.HeaderIdempotencyKey)
	if len(keys) == 0 {
		return nil
	}
	printable := func(r rune) bool { return r > ' ' && r < 0x7f }
	if len(keys) > 1 || keys[0] == "" || len(keys[0]) > api.MaxIdempotencyKeyBytes || strings.ContainsFunc(keys[0], func(r rune) bool { return !printable(r) }) {
		return refuse(domain.CodeInvalidRequest, "%s must be one key of 1 to %d visible ASCII characters.", api.HeaderIdempotencyKey, api.MaxIdempotencyKeyBytes)
	}
	c.key = keys[0]
	return nil
}

func (c *call) readJSON() error {
	mediaType, _, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil || mediaType != jsonMediaType {
		return refuse(codeUnsupportedMediaType, "The body must be JSON, with Content-Type: %s.", jsonMediaType)
	}
	return c.readBody()
}

func (c *call) readBody() error {
	limit := c.server.options.MaxBody
	body, err := io.ReadAll(http.MaxBytesReader(c.writer, c.request.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return refuse(codePayloadTooLarge, "The body is larger than %d bytes.", limit)
	case err != nil:
		return refuse(domain.CodeInvalidRequest, "The body did not arrive whole.")
	}
	c.body = body
	return nil
}

// decode reads the body into a wire type.
func (c *call) decode(into any) error {
	var bad *strictjson.Error
	if err := strictjson.Unmarshal(c.body, into); errors.As(err, &bad) {
		return refuseField(domain.CodeInvalidRequest, bad.Pointer, "The body was refused: %s.", bad.Reason)
	} else if err != nil {
		return err
	}
	return nil
}

// saneID is what a caller may choose as request id, so that it can stand in a log.
var saneID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`) })

func requestID(r *http.Request) string {
	if id := r.Header.Get(api.HeaderRequestID); saneID().MatchString(id) {
		return id
	}
	return "req_" + strings.ToLower(rand.Text())[:16]
}
