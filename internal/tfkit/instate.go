package tfkit

import (
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// InState remembers what Terraform has shown to be in state while it planned. Of an object that -replace names it asks for a
// second plan, as if there were none, so that only the memory tells its removal and creation from a creation.
type InState struct {
	mu  sync.Mutex
	ids map[string]bool
}

// Note takes the prior state that a plan is asked for with, if there is any, by its id.
func (s *InState) Note(typeName string, prior tftypes.Value) {
	id, ok := KnownString(prior, "id")
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = make(map[string]bool)
	}
	s.ids[typeName+" "+id] = true
}

// Has reports whether the object was in state.
func (s *InState) Has(typeName, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[typeName+" "+id]
}
