import { Component, inject, REQUEST } from '@angular/core';

@Component({
  selector: 'app-root',
  template: '<p>{{ url }} for {{ client }}</p>',
})
export class App {
  private readonly request = inject(REQUEST);
  protected readonly url = this.request?.url;
  protected readonly client = this.request?.headers.get('x-forwarded-for');
}
