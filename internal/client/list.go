package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// page is a page of any list of the contract, and a whole list that has no pages.
type page[T any] struct {
	Items         []T     `json:"items"`
	NextPageToken *string `json:"next_page_token"`
}

func fetchPage[T any](ctx context.Context, c *Client, r request) (page[T], error) {
	var p page[T]
	_, err := c.do(ctx, r, func(a *answer) error {
		err := decodeJSON(a, http.StatusOK, jsonMediaType, &p)
		if err == nil && p.Items == nil {
			// Else a foreign server's {} would read as an empty list, and all that is in state as gone.
			return &badAnswerError{"the answer to a list has no items"}
		}
		return err
	})
	return p, err
}

// pager asks for the page of a list that a token names; the empty token is the first.
type pager[T any] func(ctx context.Context, token string) (page[T], error)

// errEndless ends a list that would never end by itself.
var errEndless = errors.New("the server gives the same page_token again, the list would never end")

// pagesOf the list that r asks for.
func pagesOf[T any](c *Client, r request) pager[T] {
	filter := r.query
	return func(ctx context.Context, token string) (page[T], error) {
		r := r
		r.query = url.Values{"page_size": {strconv.Itoa(api.MaxPageSize)}}
		maps.Copy(r.query, filter)
		if token != "" {
			r.query.Set("page_token", token)
		}
		next, err := fetchPage[T](ctx, c, r)
		if err == nil && token != "" && valueOf(next.NextPageToken) == token {
			err = fmt.Errorf("%s: %w", r.operation, errEndless)
		}
		return next, err
	}
}

// list goes through the pages of a list. An error is the last thing that it yields.
func list[T any](ctx context.Context, c *Client, operation string, p path, filter url.Values) iter.Seq2[T, error] {
	ask := pagesOf[T](c, read(operation, p, filter))
	return func(yield func(T, error) bool) {
		var none T
		for token := ""; ; {
			page, err := ask(ctx, token)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if token = valueOf(page.NextPageToken); token == "" {
				return
			}
		}
	}
}

// catalog reads a list that has no pages.
func catalog[T any](ctx context.Context, c *Client, operation string, p path) ([]T, error) {
	page, err := fetchPage[T](ctx, c, read(operation, p, nil))
	return page.Items, err
}

// Collect reads a list to its end. On an error it returns no items: half a list must not pass for a whole one.
func Collect[T any](list iter.Seq2[T, error]) ([]T, error) {
	items := []T{}
	for item, err := range list {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// filters makes a query of what has a value.
func filters(values map[string]string) url.Values {
	query := url.Values{}
	for name, value := range values {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}
