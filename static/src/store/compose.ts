export interface Composer { submission: string }
