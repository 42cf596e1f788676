// A model behind the site's own, which starts when a screen first needs it.

/** Runs of another model under what the workshop has changed. */
export class Behind {
  /**
   * @param {Object} data of its page; undefined where the page has no such model
   * @param {string} workerText the script of a worker
   */
  constructor(data, workerText) {
    this.data = data;
    this.workerText = workerText;
  }
}
