package tfkit

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// memberFailures are errors with the changes that they befell. What concerns no one in particular is told once for all.
type memberFailures[V MemberValue[V]] []memberFailure[V]

type memberFailure[V MemberValue[V]] struct {
	key      string
	err      error // the first
	requests []string
	changes  []MemberChange[V]
}

func (f *memberFailures[V]) add(c MemberChange[V], err error) {
	key := err.Error()
	var refused *client.Error
	var unanswered *client.TransportError
	switch {
	case errors.As(err, &refused) && refused.Field != "":
		key = c.Email // one's own
	case errors.As(err, &refused):
		key = fmt.Sprintf("%s %d %s %t %s", refused.Code, refused.Status, refused.Detail, refused.MayHaveHappened, refused.RetryAfter)
	case errors.As(err, &unanswered):
		key = fmt.Sprintf("%s %t", unanswered.Kind, unanswered.MayHaveHappened)
	}
	for i := range *f {
		if same := &(*f)[i]; same.key == key {
			same.changes = append(same.changes, c)
			same.noteRequest(err)
			return
		}
	}
	first := memberFailure[V]{key: key, err: err, changes: []MemberChange[V]{c}}
	first.noteRequest(err)
	*f = append(*f, first)
}

func (one *memberFailure[V]) noteRequest(err error) {
	if id := requestIDOf(err); id != "" && !slices.Contains(one.requests, id) {
		one.requests = append(one.requests, id)
	}
}

// told is the error with the ids of all requests that met it, but not hundreds of them.
func (one *memberFailure[V]) told() error {
	const most = 10
	var refused *client.Error
	if len(one.requests) < 2 || !errors.As(one.err, &refused) {
		return one.err
	}
	all := *refused
	all.RequestID = strings.Join(one.requests[:min(most, len(one.requests))], ", ")
	if more := len(one.requests) - most; more > 0 {
		all.RequestID += fmt.Sprintf(" and %d more", more)
	}
	return &all
}

func (f *memberFailures[V]) report(w *MemberWriter[V], verb func(MemberChange[V]) string) {
	for _, one := range *f {
		c, err := one.changes[0], one.told()
		if len(one.changes) == 1 {
			AddErrorAt(w.Diags, w.place(c.Key), verb(c)+" "+w.API.What(c.Key), err)
			continue
		}
		inMap := func(string) path.Path { return w.At }
		AddErrorAt(w.Diags, inMap, fmt.Sprintf("%s %d %s: %s", verb(c), len(one.changes), w.Plural, ChangedMembers(one.changes).Names()), err)
	}
}
