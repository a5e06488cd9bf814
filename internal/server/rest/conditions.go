package rest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// anyRevision is the If-Match of whoever only wants the object to exist.
const anyRevision = "*"

// parseConditions reads If-Match and If-None-Match. A condition that the operation can't judge is refused, since
// leaving it out would do what the caller wanted to rule out.
func (c *call) parseConditions() error {
	match := c.request.Header.Values(api.HeaderIfMatch)
	noneMatch := c.request.Header.Values(api.HeaderIfNoneMatch)
	switch {
	case len(match) > 0 && !c.route.Kind.ifMatch:
		return refuse(domain.CodeInvalidRequest, "This operation takes no %s.", api.HeaderIfMatch)
	case len(noneMatch) > 0 && !c.route.Kind.ifNoneMatch:
		return refuse(domain.CodeInvalidRequest, "This operation takes no %s.", api.HeaderIfNoneMatch)
	case len(match) > 0 && len(noneMatch) > 0:
		return refuse(domain.CodeInvalidRequest, "%s and %s exclude each other.", api.HeaderIfMatch, api.HeaderIfNoneMatch)
	case len(noneMatch) > 0 && strings.Join(noneMatch, ",") != anyRevision:
		return refuse(domain.CodeInvalidRequest, "%s takes * only.", api.HeaderIfNoneMatch)
	case len(match) > 0:
		var err error
		c.match, err = parseIfMatch(strings.Join(match, ","))
		return err
	}
	c.when.CreateOnly = len(noneMatch) > 0
	return nil
}

// parseIfMatch answers the revisions that an If-Match names (RFC 9110, section 13.1.1).
func parseIfMatch(value string) ([]string, error) {
	if strings.TrimSpace(value) == anyRevision {
		return []string{anyRevision}, nil
	}
	var revisions []string
	for tag := range strings.SplitSeq(value, ",") { // no ETag of this server holds a comma
		tag = strings.TrimSpace(tag)
		if len(tag) < 3 || tag[0] != '"' || tag[len(tag)-1] != '"' || strings.Contains(tag[1:len(tag)-1], `"`) {
			return nil, refuse(domain.CodeInvalidRequest, `%s must be * or ETags in quotation marks, without W/, as answers have them.`, api.HeaderIfMatch)
		}
		revisions = append(revisions, tag[1:len(tag)-1])
	}
	return revisions, nil
}

// judgeMatch turns what If-Match names into the one revision that the domain compares. With several, that is the one
// which the object has now; so it is to be called in the transaction of the write.
func (c *call) judgeMatch(ctx context.Context) error {
	if len(c.match) == 0 {
		return nil
	}
	c.when.IfMatch = c.match[0]
	if len(c.match) == 1 {
		return nil
	}
	now, err := c.server.byPath[c.route.Path][http.MethodGet].handle(ctx, c)
	var e *domain.Error
	switch {
	case errors.As(err, &e) && e.Code == domain.CodeNotFound: // for the write to tell
		return nil
	case err != nil:
		return err
	}
	if i := slices.IndexFunc(c.match, func(revision string) bool { return etag(revision) == now.header[api.HeaderETag] }); i >= 0 {
		c.when.IfMatch = c.match[i]
	}
	return nil
}
