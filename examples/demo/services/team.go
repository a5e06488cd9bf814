package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/smtptest"
)

// diligent are those who do at once what an invitation to the portal asks for. Others have not read their mail yet.
var diligent = []string{"alex.meyer@northwind-msp.example", "bo.lindqvist@northwind-msp.example", "carla.rossi@northwind-msp.example"}

var temporaryPassword = regexp.MustCompile(`(?m)^Temporary password: (\S+)\r?$`)

// team are the people who get mail.
type team struct {
	dir string

	mu          sync.Mutex
	invitations []invitation
}

type invitation struct{ email, password string }

// read looks for an invitation in a mail.
func (t *team) read(m smtptest.Mail) {
	found := temporaryPassword.FindStringSubmatch(m.Body)
	if found == nil || !slices.Contains(diligent, m.To[0]) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.invitations = append(t.invitations, invitation{m.To[0], found[1]})
}

// register replaces the temporary password of everybody who was invited, once it is known where the portal is.
func (t *team) register(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.invitations) == 0 {
		return nil
	}
	portal, err := os.ReadFile(filepath.Join(t.dir, portalOf))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	done, err := os.OpenFile(filepath.Join(t.dir, joined), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	for _, i := range t.invitations {
		if err = replacePassword(ctx, strings.TrimSpace(string(portal)), i); err != nil {
			break
		}
		if _, err = fmt.Fprintln(done, i.email); err != nil {
			break
		}
	}
	t.invitations = nil
	return errors.Join(err, done.Close())
}

func replacePassword(ctx context.Context, portal string, i invitation) error {
	body, err := json.Marshal(map[string]string{"partner_id": "prt_northwind", "temporary_password": i.password, "password": "only for the demo on loopback"})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, portal+"/v1/portal-admins/"+url.PathEscape(i.email)+":register", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil {
		return err
	}
	if response.StatusCode != http.StatusNoContent {
		return fmt.Errorf("%s can't register: %s", i.email, response.Status)
	}
	return nil
}
